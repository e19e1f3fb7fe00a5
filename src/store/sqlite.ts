import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'

import { messageOf, SwathError } from '../errors.ts'
import { sqliteDriver } from '../setup/sqlite.ts'
import { migrate } from './migrate.ts'
import type { Schema } from './schema.ts'
import { keepingStatements } from './sqlite-statements.ts'
import type { QueryResult, SqlValue, Store } from './store.ts'

const busyTimeoutMs = 5_000

/** A store in one file: write-ahead log, every commit flushed to disk before it counts. */
export async function openSqlite(path: string): Promise<Store> {
  const location = `sqlite:${path}`
  const nativeBinding = await sqliteDriver()
  const options = { nativeBinding }
  const database = openFile(path, options)
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: keepingStatements(database) }) })
  try {
    await migrate(db, location)
  } catch (error) {
    await db.destroy()
    throw asStoreError(path, error)
  }

  let reader: Database.Database | undefined
  return {
    location,
    db,
    query(statement, { limit = Infinity } = {}) {
      reader ??= openReader(path, options)
      return runReadOnly(reader, statement, limit)
    },
    obstacle,
    explain: (error) => asStoreError(path, error),
    async close() {
      reader?.close()
      await db.destroy()
    },
  }
}

function openReader(path: string, options: Database.Options): Database.Database {
  const reader = new Database(path, { ...options, readonly: true, timeout: busyTimeoutMs })
  // What 100,000 trials reported last, 20 MB, is read in any order.
  reader.pragma('cache_size = -65536')
  return reader
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
  if (!(error instanceof Database.SqliteError)) return error
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
  const [, family = ''] = /^(SQLITE_[A-Z]+)/.exec(error.code) ?? []
  const [message, hint] = advice[family] ?? ['cannot be used', 'run `swath doctor`']
  return new SwathError('store', `${path} ${message} (${error.message})`, { hint, cause: error })
}

function runReadOnly(reader: Database.Database, statement: string, limit: number): QueryResult {
  try {
    const prepared = reader.prepare<[], Record<string, SqlValue>>(statement)
    // ATTACH and transaction control count as read-only to SQLite; what returns rows and writes nothing is a question.
    if (!prepared.readonly || !prepared.reader || /^\s*(?:attach|pragma)\b/i.test(withoutComments(statement))) {
      throw new SwathError('sql', 'only questions are answered here: the statement has to be a SELECT', {
        hint: 'the results change through `swath run`, `resume`, `cancel` and `delete` alone',
      })
    }
    const columns = prepared.columns().map((column) => column.name)
    const rows: Record<string, SqlValue>[] = []
    for (const row of prepared.iterate()) {
      if (rows.length >= limit) return { columns, rows, truncated: true }
      rows.push(row)
    }
    return { columns, rows, truncated: false }
  } catch (error) {
    if (error instanceof SwathError) throw error
    throw new SwathError('sql', messageOf(error), {
      hint: '`swath sql` without a query lists the views and their columns',
      cause: error,
    })
  }
}

function withoutComments(statement: string): string {
  return statement.replace(/--.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '')
}
