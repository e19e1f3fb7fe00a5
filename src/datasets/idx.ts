import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { SwathError } from '../errors.ts'

/** An IDX file, MNIST's format: a magic number, the dimensions, then the values, one byte each. */
export interface IdxFile {
  readonly path: string
  /** Sizes of the axes: `[count]` or `[count, height, width]`. */
  readonly dimensions: readonly number[]
  readonly values: Uint8Array
}

/** The file of this name, or the same with `.gz`; undefined if neither is there. */
export function findIdx(path: string): string | undefined {
  return [path, `${path}.gz`].find((candidate) => existsSync(candidate))
}

/**
 * Reads an IDX file of unsigned bytes with `axes` dimensions.
 * @throws SwathError('dataset') that says what is wrong with the file
 */
export function readIdx(path: string, axes: 1 | 3): IdxFile {
  const bytes = readWhole(path)
  const headerLength = 4 + 4 * axes
  const magic = bytes.length < 4 ? undefined : bytes.readUInt32BE(0)
  if (magic !== 0x0800 + axes) {
    const found = magic === undefined ? `${bytes.length} bytes` : `0x${magic.toString(16).padStart(8, '0')}`
    throw broken(path, `expected an IDX file of ${axes === 1 ? 'labels' : 'images'} (0x0000080${axes}), found ${found}`)
  }
  if (bytes.length < headerLength) {
    throw broken(path, `expected ${headerLength} bytes of header, found ${bytes.length}: the file is cut short`)
  }
  const dimensions = Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis))
  const expected = headerLength + dimensions.reduce((product, size) => product * size, 1)
  if (bytes.length !== expected) {
    const [count = 0, height, width] = dimensions
    const what = axes === 1 ? `${count} labels` : `${count} images of ${height}×${width}`
    const verdict = bytes.length < expected ? 'is cut short' : 'has more than that'
    throw broken(path, `expected ${expected} bytes for ${what}, found ${bytes.length}: the file ${verdict}`)
  }
  return { path, dimensions, values: bytes.subarray(headerLength) }
}

function readWhole(path: string): Buffer {
  try {
    const bytes = readFileSync(path)
    return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
  } catch (error) {
    throw new SwathError('dataset', `${path}: ${(error as Error).message}`, { cause: error })
  }
}

function broken(path: string, message: string): SwathError {
  return new SwathError('dataset', `${path}: ${message}`, { hint: 'fetch the file again, or name another data set' })
}
