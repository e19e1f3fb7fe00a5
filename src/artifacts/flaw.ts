import { SwathError } from '../errors.ts'
import type { StoredArtifact } from './artifacts.ts'

/** What tells the bytes that were found from those that a trial wrote, after the name of the file. */
export function difference(
  expected: Pick<StoredArtifact, 'bytes' | 'sha256'>,
  bytes: number,
  sha256: () => string,
): string | undefined {
  if (bytes !== expected.bytes) {
    return `is ${bytes < expected.bytes ? 'cut short' : 'too long'}: expected ${expected.bytes} bytes, found ${bytes}`
  }
  return sha256() === expected.sha256 ? undefined : 'is not the file that the trial wrote: its SHA-256 differs'
}

export function damaged(message: string, cause?: unknown): SwathError {
  return new SwathError('artifact', message, { hint: 'train the point again: swath run … --new', cause })
}
