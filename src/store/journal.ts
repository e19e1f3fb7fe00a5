import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import { pathBelow } from '../path-below.ts'
import { journalName } from '../artifacts/host-folder.ts'
import type { ChangeOf } from './change.ts'
import { flush, makeFolderFlushed } from '../write-flushed.ts'

/** What a trial had to say while its store was away. */
export interface JournalEntry {
  readonly change: ChangeOf<'report'> | ChangeOf<'end'>
  /** Files that it names and that are on this host alone. */
  readonly unpublished: readonly StoredArtifact[]
}

/** Whose entries they are; a store that was made anew has sweeps of the same ids. */
export interface JournalOwner {
  readonly store: string
  readonly sweepId: number
  readonly plannedAt: string
}

/**
 * Entries that a store has not acknowledged yet, in their order, in a file of this host: a line of JSON each, below one
 * that says whose they are. It is there while there is one.
 */
export class Journal {
  readonly owner: JournalOwner
  readonly #folder: string
  readonly path: string
  #file: number | undefined
  /** Where the first entry begins that is not delivered. */
  #from = 0
  #end = 0
  /** Bytes of each entry that is not delivered. */
  readonly #lengths: number[] = []

  private constructor(folder: string, owner: JournalOwner, name: string) {
    this.owner = owner
    this.#folder = folder
    this.path = pathBelow(folder, name)
  }

  static create(folder: string, owner: JournalOwner, name = journalName): Journal {
    return new Journal(folder, owner, name)
  }

  /** What a process that is gone has left in a folder, if it has; a line that was being written is nobody's. */
  static leftBehind(folder: string, name = journalName): Journal | undefined {
    let lines: string[]
    try {
      lines = readFileSync(pathBelow(folder, name), 'utf8').split('\n').slice(0, -1)
    } catch {
      return undefined
    }
    const [first, ...entries] = lines
    const owner = first === undefined ? undefined : ownerIn(first)
    if (first === undefined || owner === undefined) return undefined
    const journal = new Journal(folder, owner, name)
    journal.#file = openSync(journal.path, 'r+')
    journal.#from = bytesOf(first)
    for (const entry of entries) journal.#lengths.push(bytesOf(entry))
    journal.#end = journal.#lengths.reduce((sum, length) => sum + length, journal.#from)
    return journal
  }

  get length(): number {
    return this.#lengths.length
  }

  /** The entries are on disk when it returns. */
  append(entries: readonly JournalEntry[]): void {
    if (entries.length === 0) return
    this.#file ??= this.#begin()
    const lines = entries.map((entry) => Buffer.from(`${JSON.stringify(entry)}\n`))
    const content = Buffer.concat(lines)
    try {
      writeAll(this.#file, content, this.#end)
      fsyncSync(this.#file)
    } catch (error) {
      ftruncateSync(this.#file, this.#end)
      throw error
    }
    this.#end += content.length
    for (const { length } of lines) this.#lengths.push(length)
  }

  /** The first entries, a number of them at most. */
  first(most: number): JournalEntry[] {
    const lengths = this.#lengths.slice(0, most)
    if (this.#file === undefined || lengths.length === 0) return []
    const content = Buffer.alloc(lengths.reduce((sum, length) => sum + length))
    readSync(this.#file, content, 0, content.length, this.#from)
    const lines = content.toString().split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as JournalEntry)
  }

  /** The first ones are in the store now. The file goes with the last one. */
  delivered(count: number): void {
    this.#from += this.#lengths.splice(0, count).reduce((sum, length) => sum + length, 0)
    if (this.#lengths.length > 0 || this.#file === undefined) return
    closeSync(this.#file)
    rmSync(this.path)
    this.#file = undefined
  }

  /** Leaves the file as it is. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #begin(): number {
    makeFolderFlushed(this.#folder)
    const file = openSync(this.path, 'w+')
    const owner = Buffer.from(`${JSON.stringify(this.owner)}\n`)
    writeAll(file, owner, 0)
    this.#from = this.#end = owner.length
    flush(this.#folder)
    return file
  }
}

/** Undefined of a line that is damaged: the journal stays where it is, and nothing is delivered from it. */
function ownerIn(line: string): JournalOwner | undefined {
  try {
    return (JSON.parse(line) as JournalOwner | null) ?? undefined
  } catch {
    return undefined
  }
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written)
  }
}

function bytesOf(line: string): number {
  return Buffer.byteLength(line) + 1
}
