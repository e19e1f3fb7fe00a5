import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely'

import { SwathError } from '../errors.ts'
import { sqliteDriver } from '../setup/sqlite.ts'
import { migrate } from './migrate.ts'
import { Reader } from './reader/reader.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

const busyTimeoutMs = 5_000
/** What is left of a write-ahead log that grew because somebody read on: without it the file stays as large as it was. */
const mostLogBytes = 2 ** 24

/** A store in one file: write-ahead log, every commit flushed to disk before it counts. */
export async function openSqlite(path: string): Promise<Store> {
  const location = `sqlite:${path}`
  const nativeBinding = await sqliteDriver()
  const options = { nativeBinding }
  const database = openFile(path, options)
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: toleratingRollback(database) }) })
  try {
    await migrate(db, location)
  } catch (error) {
    await db.destroy()
    throw asStoreError(path, error)
  }

  const reader = new Reader({ path: resolve(path), nativeBinding, busyTimeoutMs }, (code, message) =>
    /^SQLITE_(CORRUPT|NOTADB|CANTOPEN|BUSY)/.test(code) ? storeError(path, code, message) : undefined,
  )
  return {
    location,
    db,
    query: (statement, options) => reader.ask(statement, options),
    obstacle,
    explain: (error) => asStoreError(path, error),
    async close() {
      await reader.close()
      await db.destroy()
    },
  }
}

/**
 * Some errors (a full disk) have SQLite roll the transaction back by itself. Rolling it back once more would be an error
 * too, which would hide the first.
 */
function toleratingRollback(database: Database.Database): SqliteDatabase {
  return {
    close: () => {
      database.close()
    },
    prepare: (statement) =>
      database.prepare(statement === 'rollback' && !database.inTransaction ? 'select 1 where false' : statement),
  }
}

function openFile(path: string, options: Database.Options): Database.Database {
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
  let database: Database.Database | undefined
  try {
    database = new Database(path, { ...options, timeout: busyTimeoutMs })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    database.pragma(`journal_size_limit = ${mostLogBytes}`)
    return database
  } catch (error) {
    database?.close()
    throw asStoreError(path, error)
  }
}

/** SQLite's word for a disk that is full, gone, or slower than its patience: nothing is torn, the write was not made. */
function obstacle(error: unknown): string | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined
  const [, family = ''] = /^(SQLITE_[A-Z]+)/.exec(error.code) ?? []
  const obstacles: Record<string, string> = {
    SQLITE_FULL: 'the disk is full',
    SQLITE_IOERR: `the disk reports an error (${error.code})`,
    SQLITE_READONLY: 'it is read-only',
    SQLITE_CANTOPEN: 'its file cannot be opened',
    SQLITE_BUSY: 'another process holds it',
    SQLITE_PROTOCOL: 'the network disk does not lock it',
  }
  return obstacles[family]
}

function asStoreError(path: string, error: unknown): unknown {
  return error instanceof Database.SqliteError ? storeError(path, error.code, error.message, error) : error
}

function storeError(path: string, code: string, reason: string, cause?: unknown): SwathError {
  const advice: Record<string, [message: string, hint: string]> = {
    SQLITE_NOTADB: ['is not a swath database', 'name another file with --store sqlite:<file>'],
    SQLITE_CANTOPEN: ['cannot be opened', 'check that the folder is there and may be written'],
    SQLITE_READONLY: ['cannot be written', 'check the permissions of the file and of its folder'],
    SQLITE_BUSY: ['is locked by another process', 'wait for it to finish, then try again'],
    SQLITE_CORRUPT: ['is damaged', 'restore a backup, or start again in another file with --store sqlite:<file>'],
    SQLITE_FULL: [
      'cannot grow: the disk is full',
      'make room and run the same command again: nothing reported is lost',
    ],
  }
  const [, family = ''] = /^(SQLITE_[A-Z]+)/.exec(code) ?? []
  const [message, hint] = advice[family] ?? ['cannot be used', 'run `swath doctor`']
  return new SwathError('store', `${path} ${message} (${reason})`, { hint, cause })
}
