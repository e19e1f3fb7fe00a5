import { existsSync } from 'node:fs'

import Database from 'better-sqlite3'
import { Kysely } from 'kysely'

import { messageOf, SwathError } from '../errors.ts'
import { sqliteDriver } from '../setup/sqlite.ts'
import { migrate, refuseOlderSchema } from './migrate.ts'
import type { Schema } from './schema.ts'
import { checkDatabase, compactDatabase, isDamage } from './sqlite/check.ts'
import { copyDatabase, makeWhole, settleLogs } from './sqlite/copy.ts'
import { LockingSqliteDialect } from './sqlite/dialect.ts'
import { busyTimeoutMs, openFile } from './sqlite/open-file.ts'
import { keepingStatements } from './sqlite/statements.ts'
import type { PrepareCopy, QueryResult, SqlValue, Store, StoreAccess } from './store.ts'

/** A store in one file: write-ahead log, every commit flushed to disk before it counts. */
export async function openSqlite(path: string, access: StoreAccess): Promise<Store> {
  const location = `sqlite:${path}`
  const nativeBinding = await sqliteDriver()
  const options = { nativeBinding }
  const opened = await orStoreError(path, () => openFile(path, nativeBinding, access))
  const { database, path: file, isReadOnly } = opened
  const db = new Kysely<Schema>({
    dialect: new LockingSqliteDialect({ database: keepingStatements(database) }, () => database.inTransaction),
  })
  const copyTo = async (target: string, makeWay?: () => void, prepare?: PrepareCopy) => {
    await makeWhole(
      target,
      async (aside) => {
        const source = new Database(file, { ...options, readonly: true, timeout: busyTimeoutMs })
        try {
          await copyDatabase(source, aside)
        } catch (error) {
          throw isDamage(error) ? asStoreError(path, error) : error
        } finally {
          source.close()
        }
        if (prepare === undefined) return
        const copy = await openSqlite(aside, 'change')
        await prepare(copy).finally(() => copy.close())
      },
      makeWay,
    )
  }
  try {
    if (access !== 'inspect' && isReadOnly) await orStoreError(path, () => refuseOlderSchema(db, location))
    else if (access !== 'inspect') {
      await orStoreError(path, () => migrate(db, location, (migration) => keepBefore(migration, path, copyTo)))
    }
  } catch (error) {
    await db.destroy()
    opened.release()
    throw error
  }

  let reader: Database.Database | undefined
  return {
    location,
    isReadOnly,
    db,
    query(statement, { limit = Infinity } = {}) {
      reader ??= openReader(file, options)
      return runReadOnly(reader, statement, limit)
    },
    obstacle,
    explain: (error) => asStoreError(path, error),
    check: () => checkDatabase(database, file),
    copyTo: (target, { replace, prepare }) =>
      copyTo(
        target,
        replace
          ? () => {
              settleLogs(target, options)
            }
          : undefined,
        prepare,
      ),
    compact: () => orStoreError(path, () => compactDatabase(database, file)),
    async close() {
      reader?.close()
      await db.destroy()
      opened.release()
    },
  }
}

/** Keeps the store of an older swath as it was before a migration, and says so. */
async function keepBefore(migration: string, path: string, copyTo: (target: string) => Promise<void>): Promise<void> {
  const target = freeName(`${path}.before-${migration}`)
  await copyTo(target)
  process.stderr.write(`${path} is of an older swath: kept as ${target}, then brought up to date.\n`)
}

/** A name that nothing has: this one, or with -2, -3, … */
export function freeName(path: string): string {
  let candidate = path
  for (let k = 2; existsSync(candidate); k++) candidate = `${path}-${k}`
  return candidate
}

function openReader(path: string, options: Database.Options): Database.Database {
  const reader = new Database(path, { ...options, readonly: true, timeout: busyTimeoutMs })
  // What 100,000 trials reported last, 20 MB, is read in any order.
  reader.pragma('cache_size = -65536')
  return reader
}

async function orStoreError<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asStoreError(path, error)
  }
}

/** SQLite's word for a disk that is full, gone, or slower than its patience: nothing is torn, the write was not made. */
function obstacle(error: unknown): string | undefined {
  const cause = error instanceof SwathError ? error.cause : error
  if (!(cause instanceof Database.SqliteError)) return undefined
  const [, family = ''] = /^(SQLITE_[A-Z]+)/.exec(cause.code) ?? []
  const obstacles: Record<string, string> = {
    SQLITE_FULL: 'the disk is full',
    SQLITE_IOERR: `the disk reports an error (${cause.code})`,
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
