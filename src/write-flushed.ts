import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file and waits until it is on disk. */
export function writeFlushed(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'w')
  try {
    writeParts(file, parts)
  } finally {
    closeSync(file)
  }
}

/** Writes to an open file and waits until it is on disk. */
export function writeParts(file: number, parts: Iterable<Uint8Array>): void {
  for (const part of parts) {
    for (let written = 0; written < part.length;) written += writeSync(file, part, written)
  }
  fsyncSync(file)
}

const pieceBytes = 1 << 20

/** Reads an open file from its current position; each piece is valid until the next one. */
export function* readPieces(file: number): Generator<Uint8Array> {
  const piece = new Uint8Array(pieceBytes)
  for (let read; (read = readSync(file, piece)) > 0;) yield piece.subarray(0, read)
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
