import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach } from 'vitest'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'swath-test-'))
  folders.push(folder)
  return folder
}

export function idxBytes(dimensions: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length)
  header.writeUInt32BE(0x0800 + dimensions.length)
  dimensions.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis))
  return Buffer.concat([header, Buffer.from(values)])
}

export const names = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const

const count = (length: number): number[] => Array.from({ length }, (_, i) => i % 256)

/** Twenty training images of 2×3 and five test images, of three classes; single files can be replaced. */
export function writeDataset(replaced: Partial<Record<keyof typeof names, Buffer>> = {}, gzip = false): string {
  const folder = temporaryFolder()
  const files = {
    trainImages: idxBytes([20, 2, 3], count(120)),
    trainLabels: idxBytes(
      [20],
      count(20).map((i) => i % 3),
    ),
    testImages: idxBytes(
      [5, 2, 3],
      count(30).map((i) => 200 - i),
    ),
    testLabels: idxBytes([5], [0, 1, 2, 0, 1]),
    ...replaced,
  }
  for (const [part, name] of Object.entries(names)) {
    const bytes = files[part as keyof typeof names]
    writeFileSync(join(folder, gzip ? `${name}.gz` : name), gzip ? gzipSync(bytes) : bytes)
  }
  return folder
}
