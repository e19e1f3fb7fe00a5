import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

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

/** Makes a folder with its parents, so that they are there after a power cut. */
export function makeFolderFlushed(folder: string): void {
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made !== dirname(first); made = dirname(made)) flush(dirname(made))
}

/** Gives a file that is on disk another name; a power cut leaves it under one of the two. */
export function renameFlushed(from: string, to: string): void {
  renameSync(from, to)
  flush(dirname(to))
}

/** Waits until a file, or the names in a folder, are on disk. */
export function flush(path: string): void {
  // Windows lets nobody open a folder, and keeps names by itself.
  if (process.platform === 'win32') return
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
