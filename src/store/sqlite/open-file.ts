import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

import { messageOf, SwathError } from '../../errors.ts'
import { pathFrom } from '../../path-below.ts'
import type { Database, SqliteDriver } from '../../sqlite/database.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import { storeFile } from '../location.ts'
import type { StoreAccess } from '../store.ts'
import { isDamage } from './check.ts'
import { sleepMs } from './wait.ts'

/** What is left of a write-ahead log that grew because somebody read on: without it the file stays as large as it was. */
const mostLogBytes = 2 ** 24

/** A database that is open. */
export interface OpenFile {
  readonly database: Database
  /** What is open: the file itself, or a copy of it. */
  readonly path: string
  readonly isReadOnly: boolean
  /** After the database is closed. */
  readonly release: () => void
}

/**
 * Opens the file that a path leads to, with a write-ahead log, which is for the caller to flush (`log.ts`); to read only
 * where it can't be written and need not be.
 */
export function openFile(path: string, driver: SqliteDriver, access: StoreAccess): OpenFile {
  refuseFolders(path)
  const file = storeFile(path)
  const otherNames = (statSync(file, { throwIfNoEntry: false })?.nlink ?? 1) - 1
  if (access === 'inspect') return openToRead(file, driver)
  if (otherNames > 0 && access === 'read') return openCopy(file, driver)
  if (otherNames > 0) throw severalNames(path, otherNames)
  try {
    return openToWrite(file, driver)
  } catch (error) {
    if (access !== 'read' || !cannotBeWritten(error)) throw error
    return openToRead(file, driver)
  }
}

/** SQLite keeps the log beside the name that was opened: under another name its commits are not seen, and are lost. */
function severalNames(path: string, others: number): SwathError {
  const names = others === 1 ? 'another name (a hard link)' : `${others} other names (hard links)`
  return new SwathError('store', `${path} has ${names}, under which what is written now would not be seen`, {
    hint: `find them with \`find -samefile ${path}\` and remove all but one, or work on a copy: cp ${path} FILE`,
  })
}

function refuseFolders(path: string): void {
  if (!existsSync(dirname(resolve(path)))) {
    throw new SwathError('store', `${path}: the folder ${dirname(path)} does not exist`, {
      hint: 'make it, or name another file with --store sqlite:<file>',
    })
  }
  if (!statSync(dirname(resolve(path))).isDirectory()) {
    throw new SwathError('store', `${path} cannot be opened: ${dirname(path)} is not a folder`, {
      hint: 'name another file with --store sqlite:<file>',
    })
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new SwathError('store', `${path} is a folder, not a database file`, {
      hint: `try --store sqlite:${path.replace(/\/+$/, '')}/swath.db`,
    })
  }
}

function openToWrite(path: string, driver: SqliteDriver): OpenFile {
  refuseReadOnly(path)
  const database = openDatabase(driver, path, { timeout: sleepMs })
  try {
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    database.pragma(`journal_size_limit = ${mostLogBytes}`)
    return { database, path, isReadOnly: false, release: () => undefined }
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLite opens a file that may only be read, and refuses the first change. */
function refuseReadOnly(path: string): void {
  if (!existsSync(path)) return
  try {
    accessSync(path, constants.W_OK)
  } catch (error) {
    throw new SwathError('store', `${path} cannot be written (${messageOf(error)})`, {
      hint: 'check the permissions of the file and of its folder',
      cause: error,
    })
  }
}

function openToRead(path: string, driver: SqliteDriver): OpenFile {
  try {
    return { database: openReadOnly(path, driver), path, isReadOnly: true, release: () => undefined }
  } catch (error) {
    if (!cannotBeWritten(error)) throw error
    return openCopy(path, driver)
  }
}

function openReadOnly(path: string, driver: SqliteDriver): Database {
  const database = openDatabase(driver, path, { readonly: true, timeout: sleepMs })
  try {
    database.pragma('schema_version')
  } catch (error) {
    // What is damaged is open all the same, for whoever looks what it has.
    if (isDamage(error)) return database
    database.close()
    throw error
  }
  return database
}

/** With a write-ahead log a database wants to write beside itself even to be read: here its copy does. */
function openCopy(path: string, driver: SqliteDriver): OpenFile {
  const folder = mkdtempSync(join(tmpdir(), 'swath-read-'))
  const release = () => {
    process.off('exit', release)
    rmSync(folder, { recursive: true, force: true })
  }
  // Also where nobody closes it: at the end of a closed pipe.
  process.on('exit', release)
  try {
    const copy = pathFrom(folder, basename(path))
    copyFileSync(path, copy)
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
    return { database: openReadOnly(copy, driver), path: copy, isReadOnly: true, release }
  } catch (error) {
    release()
    throw error
  }
}

function cannotBeWritten(error: unknown): boolean {
  const { code = '' } = (error instanceof SwathError ? error.cause : error) as { readonly code?: string }
  return /^(SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EROFS|EPERM)/.test(code)
}
