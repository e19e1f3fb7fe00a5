import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'

import { messageOf, SwathError } from '../../errors.ts'
import { createWithRights, type Rights } from '../../file-rights.ts'
import type { Database } from '../../sqlite/database.ts'
import { flush } from '../../write-flushed.ts'
import type { Displacement, OpenNames } from './names.ts'
import { pathFrom } from '../../path-below.ts'

/** A database that lost its name, and what is known of it. */
export interface Lost {
  /** As the user named it. */
  readonly given: string
  readonly path: string
  readonly names: OpenNames
  readonly rights: Rights
  /** False where this process has written nothing: then there is nothing of its own to save. */
  readonly isWritten: boolean
}

/**
 * Saves what a database holds whose names are gone or stand for other files: the open files still have all of it.
 * @returns the error to end with, which says what happened and where the data is
 */
export function rescue(database: Database, displacement: Displacement, lost: Lost): SwathError {
  const { given, path } = lost
  const { what, isWhole, path: now } = displacement
  const store = `${given} ${what} while it was open`
  if (!lost.isWritten) return new SwathError('store', store, { hint: 'run the same command again once it is there' })
  if (isWhole) {
    return new SwathError('store', `${store}; all that was reported is in ${now ?? path}`, {
      hint: `go on with it: swath resume --store sqlite:${now ?? path}`,
    })
  }
  const failures: string[] = []
  for (const folder of foldersFor(path, now)) {
    const name = pathFrom(folder, `${basename(path)}.rescued`)
    let target
    try {
      target = save(database, name, lost)
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`)
      continue
    }
    removeLog(lost)
    return new SwathError('store', `${store}; all that was reported is saved in ${target}`, {
      hint: adviceFor(path, target),
    })
  }
  return new SwathError('store', `${store}, and what was reported cannot be saved (${failures.join('; ')})`, {
    hint: 'look after the disk, and put a backup in its place',
  })
}

/** Beside the database, else in the nearest folder above it that is left. */
function foldersFor(path: string, now: string | undefined): Set<string> {
  const folders = [dirname(path), ...(now === undefined ? [] : [dirname(now)]), ...ancestorsOf(dirname(path))]
  return new Set([...folders, homedir(), tmpdir()].filter((folder) => existsSync(folder)))
}

function ancestorsOf(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [] : [parent, ...ancestorsOf(parent)]
}

/**
 * Saves the database under `name`, or under `name-2`, `name-3`, … where another file has that name. Processes that lost the
 * same database save it under one name: the last copy stays, and it holds what each of them has committed.
 *
 * @returns the path of the copy
 */
function save(database: Database, name: string, { rights, names }: Lost): string {
  const aside = `${name}.${randomUUID()}`
  const tag = names.tag()
  try {
    for (;;) {
      const version = versionOf(database)
      createWithRights(aside, rights)
      database.exec(`vacuum into '${aside.replaceAll("'", "''")}'`)
      if (tag !== undefined) writeTag(aside, tag)
      flush(aside)
      const target = giveName(aside, name, tag)
      flush(dirname(target))
      // Without a tag no copy takes the place of another one.
      if (tag === undefined || versionOf(database) === version) return target
      // Another process has committed meanwhile, and may have saved that before this copy took the place of its own.
    }
  } finally {
    rmSync(aside, { force: true })
  }
}

/** A number that changes with every commit of another process. */
function versionOf(database: Database): unknown {
  return database.pragma('data_version')[0]?.data_version
}

/** With so many copies of earlier stores in one folder, the next folder is tried. */
const mostCopies = 1_000

/**
 * Gives a copy the first of the names that is free, or that belongs to another copy of the same database.
 *
 * @throws Error if each name is that of something else
 */
function giveName(aside: string, name: string, tag: number | undefined): string {
  for (let k = 1; k <= mostCopies; k++) {
    const target = k === 1 ? name : `${name}-${k}`
    if (takeFreeName(aside, target)) return target
    if (tag === undefined || readTag(target) !== tag) continue
    renameSync(aside, target)
    return target
  }
  throw new Error(`it and ${mostCopies - 1} more names are taken`)
}

/** Returns false if there is anything of the name, were it a link that leads nowhere. */
function takeFreeName(aside: string, target: string): boolean {
  try {
    // Unlike a renamed file, a link replaces no file that another process makes at this moment.
    linkSync(aside, target)
    rmSync(aside)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
  }
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) return false
  // A file system without hard links.
  renameSync(aside, target)
  return true
}

/** Where a database file has the number that SQLite leaves to the application (`user_version`, 4 bytes, big-endian). */
const tagOffset = 60

function writeTag(path: string, tag: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(tag)
  const file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    writeSync(file, bytes, 0, bytes.length, tagOffset)
  } finally {
    closeSync(file)
  }
}

/** Returns undefined if the name is that of no plain file, or of one that cannot be read: a pipe would block the process. */
function readTag(path: string): number | undefined {
  const bytes = Buffer.alloc(4)
  let file
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return undefined
    return readSync(file, bytes, 0, bytes.length, tagOffset) === bytes.length ? bytes.readUInt32BE() : undefined
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** A log that stays would be taken for that of the next database of this name, and damage it. */
function removeLog({ path, names }: Lost): void {
  for (const file of [`${path}-wal`, `${path}-shm`]) if (names.isOwn(file)) rmSync(file, { force: true })
}

function adviceFor(path: string, target: string): string {
  const first = existsSync(path) ? `move ${path} away, then ` : ''
  return `${first}mv ${target} ${path}, then \`swath resume\``
}
