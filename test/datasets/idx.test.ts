import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { readIdx } from '../../src/datasets/idx.ts'
import { SwathError } from '../../src/errors.ts'
import { runs, tally } from '../fuzz.ts'
import { idxBytes, temporaryFolder } from './idx-files.ts'

const images = idxBytes(
  [4, 2, 3],
  Array.from({ length: 24 }, (_, i) => i),
)

test('a small file that is a gigabyte of zeros, unzipped, is refused without them', () => {
  const path = join(temporaryFolder(), 'bomb.gz')
  writeFileSync(path, gzipSync(Buffer.concat([images, Buffer.alloc(2 ** 30)])))
  const before = process.memoryUsage().rss
  expect(() => readIdx(path, 3)).toThrow(
    'expected 40 bytes for 4 images of 2×3, found more: the file has more than that',
  )
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28)
})

test('a header that claims more bytes than there are is refused, zipped or not', () => {
  for (const name of ['claims', 'claims.gz']) {
    const path = join(temporaryFolder(), name)
    const write = (dimensions: readonly number[]) => {
      const bytes = idxBytes([...dimensions], [1, 2, 3])
      writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes)
    }
    write([2 ** 32 - 1, 10_000, 10_000])
    expect(() => readIdx(path, 3)).toThrow('found 19: the file is cut short')
    write([1, 1, 50_000])
    expect(() => readIdx(path, 3)).toThrow('expected at most 20000 pixels a side, found 1×50000')
    write([1, 20_000, 20_000])
    expect(() => readIdx(path, 3)).toThrow('expected at most 100000000 pixels, found 20000×20000')
  }
})

const tried = tally('IDX files')

test('an IDX file whose bytes were changed anywhere is read whole, or refused', () => {
  const folder = temporaryFolder()
  const zipped = gzipSync(images)
  const edits = fc.array(fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 })), { maxLength: 3 })
  fc.assert(
    fc.property(
      fc.boolean(),
      edits,
      fc.option(fc.nat()),
      fc.constantFrom(1 as const, 3 as const),
      (isZipped, changes, cut, axes) => {
        const whole = Buffer.from(isZipped ? zipped : images)
        for (const [at, bytes] of changes) whole.set(bytes, at % (whole.length - 4))
        const path = join(folder, isZipped ? 'images.gz' : 'images')
        writeFileSync(path, cut === null ? whole : whole.subarray(0, cut % whole.length))
        try {
          const { dimensions, values } = readIdx(path, axes)
          expect(values).toHaveLength(dimensions.reduce((product, size) => product * size, 1))
          tried('read')
        } catch (error) {
          expect(error).toBeInstanceOf(SwathError)
          expect(error).toMatchObject({ code: 'dataset', message: expect.stringContaining(path) as string })
          tried('refused')
        }
      },
    ),
    runs(300),
  )
})
