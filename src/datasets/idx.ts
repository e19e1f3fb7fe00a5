import { constants as bufferConstants } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { messageOf, SwathError } from '../errors.ts'
import { sizeProblem } from '../images/limits.ts'

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
  const stored = readStored(path)
  const isCompressed = path.endsWith('.gz')
  const dimensions = dimensionsOf(path, isCompressed ? beginningOf(path, stored) : stored, axes)
  const headerLength = 4 + 4 * axes
  const expected = headerLength + dimensions.reduce((product, size) => product * size, 1)
  const bytes = isCompressed ? unzipped(path, stored, expected) : stored
  if (bytes?.length !== expected) {
    const [count = 0, height, width] = dimensions
    const what = axes === 1 ? `${count} labels` : `${count} images of ${height}×${width}`
    const isShort = bytes !== undefined && bytes.length < expected
    const verdict = isShort ? 'is cut short' : 'has more than that'
    throw broken(path, `expected ${expected} bytes for ${what}, found ${bytes?.length ?? 'more'}: the file ${verdict}`)
  }
  return { path, dimensions, values: bytes.subarray(headerLength) }
}

function dimensionsOf(path: string, bytes: Buffer, axes: 1 | 3): number[] {
  const magic = bytes.length < 4 ? undefined : bytes.readUInt32BE(0)
  if (magic !== 0x0800 + axes) {
    const found = magic === undefined ? `${bytes.length} bytes` : `0x${magic.toString(16).padStart(8, '0')}`
    throw broken(path, `expected an IDX file of ${axes === 1 ? 'labels' : 'images'} (0x0000080${axes}), found ${found}`)
  }
  const headerLength = 4 + 4 * axes
  if (bytes.length < headerLength) {
    throw broken(path, `expected ${headerLength} bytes of header, found ${bytes.length}: the file is cut short`)
  }
  const dimensions = Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis))
  const [, height, width] = dimensions
  const problem = height === undefined || width === undefined ? undefined : sizeProblem(height, width)
  if (problem !== undefined) throw broken(path, problem)
  return dimensions
}

function readStored(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** What the first kilobytes of a compressed file hold: its header says how much there may be in all. */
function beginningOf(path: string, stored: Buffer): Buffer {
  try {
    return gunzipSync(stored.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Undefined for more than `most` bytes: a megabyte can be a gigabyte, compressed. */
function unzipped(path: string, stored: Buffer, most: number): Buffer | undefined {
  try {
    return gunzipSync(stored, { maxOutputLength: Math.min(most, bufferConstants.MAX_LENGTH) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): SwathError {
  return new SwathError('dataset', `${path}: ${messageOf(error)}`, { cause: error })
}

function broken(path: string, message: string): SwathError {
  return new SwathError('dataset', `${path}: ${message}`, { hint: 'fetch the file again, or name another data set' })
}
