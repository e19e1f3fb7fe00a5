import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** Writes a file and waits until it is on disk. */
export function writeFlushed(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) {
      for (let written = 0; written < part.length;) written += writeSync(file, part, written)
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
