import { rmSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { stringify } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { SwathError } from '../../src/errors.ts'
import { prepareSweep } from '../../src/run/prepare.ts'
import { readSweepFile } from '../../src/sweep/read.ts'
import { runs, tally } from '../fuzz.ts'
import { anyValue, textMutations, treeMutations, validFiles } from './mutations.ts'

const folder = mkdtempSync(join(tmpdir(), 'swath-fuzz-'))
const path = join(folder, 'sweep.yaml')
beforeAll(() => {
  const programs = validFiles.flatMap((text) => /^program: (\S+\.\w+)$/m.exec(text)?.[1] ?? [])
  for (const program of programs) writeFileSync(join(folder, program), '')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A position, or what has none: a file that is empty or too long, a program that is not there, `--set`. */
const wellSaid =
  /^(\/\S+\/sweep\.yaml:\d+:\d+: |\/\S+\/sweep\.yaml: (\(--set\)|the file is empty|it is (in UTF-16|longer))|program: |--set )/

/** What comes of a file: trials with keys of their own, or an error that says where. */
function outcomeOf(text: string | Uint8Array, overrides: readonly string[] = []): string {
  writeFileSync(path, text)
  try {
    const { plan } = prepareSweep(readSweepFile(path, overrides))
    const keys = new Set<string>()
    for (const { number, key, repeat, seed } of plan.trials()) {
      keys.add(`${key} ${repeat}`)
      expect(keys.size).toBe(number)
      expect(seed).toBeGreaterThanOrEqual(0)
      if (number === 200) break
    }
    expect(keys.size).toBe(Math.min(plan.size, 200))
    return 'planned'
  } catch (error) {
    if (!(error instanceof SwathError)) throw error
    expect(error.message).toMatch(wellSaid)
    // On a terminal it takes a few lines, and does nothing to it.
    expect(error.message.length).toBeLessThan(6_000)
    expect(error.message).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u)
    return error.code === 'sweep-file' ? 'refused, with its place' : `refused (${error.code})`
  }
}

const tried = tally('sweep files')

test('all of the files that are changed here are good ones', () => {
  expect(validFiles.length).toBeGreaterThan(4)
  for (const text of validFiles) expect(outcomeOf(text), text).toBe('planned')
})

test.each([
  ['text', textMutations],
  ['tree', treeMutations],
])('a file whose %s was changed is planned, or refused with its place', (what, mutations) => {
  fc.assert(
    fc.property(mutations, (text) => {
      tried(`${what}: ${outcomeOf(text)}`)
    }),
    runs(400),
  )
})

test('a file of any bytes is planned, or refused with its place', () => {
  const spoiled = fc
    .tuple(fc.constantFrom(...validFiles), fc.nat(), fc.uint8Array({ maxLength: 8 }))
    .map(([text, start, bytes]) => {
      const whole = Buffer.from(text)
      whole.set(bytes, start % (whole.length - bytes.length))
      return whole
    })
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      tried(`bytes: ${outcomeOf(bytes)}`)
    }),
    runs(150),
  )
})

test('a value of --set, at any key, is taken or refused with its reason', () => {
  const keys = fc.oneof(
    fc.constantFrom(
      ...[
        'epochs',
        'seed',
        'name',
        'parameters',
        'parameters.depth.values',
        'parameters.depth.values.0',
        'dataset.limit',
      ],
      ...[
        'parameters.depth.values.99999999',
        'dataset',
        'toString',
        '__proto__',
        'parameters.__proto__.value',
        'metric.goal',
      ],
      ...[
        '',
        '.',
        'a..b',
        'seed.x',
        'constructor',
        'repeat',
        'run_cap',
        'max_trials',
        'parameters.depth.min',
        'a.b.c.d.e.f.g.h.i',
      ],
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  const values = fc.oneof(
    anyValue.map((value) => stringify(value)),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '[',
      '&a [*a]',
      '*a',
      '[1, 2]',
      '{ a: 1, a: 2 }',
      '[',
      '['.repeat(5_000),
      '%YAML 1.1\n--- 2026-01-01',
      '',
    ),
  )
  const sets = fc.array(
    fc.oneof(
      fc.tuple(keys, values).map(([key, value]) => `${key}=${value}`),
      fc.string({ maxLength: 8 }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  fc.assert(
    fc.property(fc.constantFrom(...validFiles), sets, (text, overrides) => {
      tried(`--set: ${outcomeOf(text, overrides)}`)
    }),
    runs(250),
  )
})
