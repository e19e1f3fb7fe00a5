import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

import { messageOf, SwathError } from '../../errors.ts'
import { pathFrom } from '../../path-below.ts'
import type { Database, SqliteDriver } from '../../sqlite/database.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import type { StoreAccess } from '../store.ts'
import { isDamage } from './check.ts'

export const busyTimeoutMs = 5_000
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

/** With a write-ahead log, which is for the caller to flush (`log.ts`); read only where it can't be written and need not be. */
export function openFile(path: string, driver: SqliteDriver, access: StoreAccess): OpenFile {
  refuseFolders(path)
  if (access === 'inspect') return openToRead(path, driver)
  try {
    return openToWrite(path, driver)
  } catch (error) {
    if (access !== 'read' || !cannotBeWritten(error)) throw error
    return openToRead(path, driver)
  }
}

function refuseFolders(path: string): void {
  if (!existsSync(dirname(resolve(path)))) {
    throw new SwathError('store', `${path}: the folder ${dirname(path)} does not exist`, {
      hint: 'make it, or name another file with --store sqlite:<file>',
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
  const database = openDatabase(driver, path, { timeout: busyTimeoutMs })
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
  const open = (file: string) => {
    const database = openDatabase(driver, file, { readonly: true, timeout: busyTimeoutMs })
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
  try {
    return { database: open(path), path, isReadOnly: true, release: () => undefined }
  } catch (error) {
    if (!cannotBeWritten(error)) throw error
  }
  // With a write-ahead log a database wants to write beside itself even to be read: here its copy does.
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
    return { database: open(copy), path: copy, isReadOnly: true, release }
  } catch (error) {
    release()
    throw error
  }
}

function cannotBeWritten(error: unknown): boolean {
  const { code = '' } = (error instanceof SwathError ? error.cause : error) as { readonly code?: string }
  return /^(SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EROFS|EPERM)/.test(code)
}
