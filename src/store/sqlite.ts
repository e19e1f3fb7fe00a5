import { existsSync } from 'node:fs'

import { Kysely } from 'kysely'

import { SwathError } from '../errors.ts'
import { bothRights, createWithRights, rightsOf } from '../file-rights.ts'
import { sqliteDriver } from '../setup/sqlite.ts'
import { openDatabase } from '../sqlite/open-database.ts'
import { reconcile } from './derived.ts'
import { storeFile } from './location.ts'
import { migrate, refuseOlderSchema } from './migrate.ts'
import { ReaderPool } from './reader/pool.ts'
import type { Schema } from './schema.ts'
import { checkDatabase, compactDatabase, isDamage } from './sqlite/check.ts'
import { copyDatabase, freeName, makeWhole, settleLogs } from './sqlite/copy.ts'
import { LockingSqliteDialect } from './sqlite/dialect.ts'
import { asStoreError, obstacle, setback, storeError } from './sqlite/errors.ts'
import { Log } from './sqlite/log.ts'
import { NameWatch } from './sqlite/name-watch.ts'
import { OpenNames } from './sqlite/names.ts'
import { openFile, type OpenFile } from './sqlite/open-file.ts'
import { keepingStatements } from './sqlite/statements.ts'
import { busyTimeoutMs, whileBusy } from './sqlite/wait.ts'
import type { PrepareCopy, Store, StoreAccess } from './store.ts'

/** A store in one file: write-ahead log, every commit flushed to disk before it counts. */
export async function openSqlite(path: string, access: StoreAccess): Promise<Store> {
  const location = `sqlite:${path}`
  const driver = await sqliteDriver()
  const opened = await orStoreError(path, () => whileBusy(() => openFile(path, driver, access)))
  const { database, path: file, isReadOnly } = opened
  const log: Log = new Log(`${file}-wal`, () => watch?.verify())
  const watch: NameWatch | undefined =
    access === 'change' || access === 'write' ? watchNames(path, opened, log) : undefined
  const db = new Kysely<Schema>({
    dialect: new LockingSqliteDialect(
      {
        database: keepingStatements(database, () => {
          log.written()
        }),
      },
      log,
      () => database.inTransaction,
    ),
  })
  const copyTo = async (target: string, makeWay?: () => void, prepare?: PrepareCopy) => {
    await watch?.verify()
    await makeWhole(
      target,
      async (aside) => {
        const rights = rightsOf(file)
        createWithRights(aside, existsSync(target) ? bothRights(rights, rightsOf(target)) : rights)
        const source = openDatabase(driver, file, { readonly: true, timeout: busyTimeoutMs })
        try {
          await copyDatabase(source, aside)
          if (prepare === undefined) return
          const copy = await openSqlite(aside, 'change')
          await prepare(copy).finally(() => copy.close())
        } catch (error) {
          // A copy is as damaged as what it was made of, and is gone when the error is read.
          const cause = error instanceof SwathError ? error.cause : error
          throw isDamage(cause) ? asStoreError(path, cause) : error
        } finally {
          source.close()
        }
      },
      makeWay,
    )
  }
  try {
    if (access !== 'inspect' && isReadOnly) await orStoreError(path, () => refuseOlderSchema(db, location))
    else if (access !== 'inspect') {
      await orStoreError(path, () => migrate(db, location, (migration) => keepBefore(migration, file, copyTo)))
      if (access !== 'read') await orStoreError(path, () => reconcileReadable(db))
    }
  } catch (error) {
    await watch?.end().catch(() => undefined)
    await db.destroy()
    opened.release()
    throw error
  }

  const reader = new ReaderPool({ kind: 'sqlite', path: file, driver, busyTimeoutMs }, (code, message) =>
    /^SQLITE_(CORRUPT|NOTADB|CANTOPEN|BUSY)/.test(code) ? storeError(path, code, message) : undefined,
  )
  return {
    location,
    isReadOnly,
    lost: watch?.lost ?? new AbortController().signal,
    db,
    now: () => new Date(),
    openQueue: undefined,
    queueTables: undefined,
    query: (statement, options) => reader.ask(statement, options),
    obstacle,
    setback,
    explain: (error) => asStoreError(path, error),
    wasCommitted: () => Promise.resolve(false),
    check: () => checkDatabase(database, file),
    file: () => ({
      copyTo(to, { replace, prepare }) {
        const target = storeFile(to)
        const makeWay = () => {
          settleLogs(target, driver)
        }
        return copyTo(target, replace ? makeWay : undefined, prepare)
      },
      compact: () => orStoreError(path, () => whileBusy(() => compactDatabase(database, file))),
    }),
    async close() {
      await reader.close()
      try {
        await watch?.end()
      } finally {
        await db.destroy()
        opened.release()
      }
    },
  }
}

/** @param given the path that the user named */
function watchNames(given: string, { database, path }: OpenFile, log: Log): NameWatch {
  return new NameWatch({
    ...{ database, given, path, names: new OpenNames(given, path), rights: rightsOf(path) },
    wasWritten: () => log.wasWritten,
  })
}

/** Keeps the store of an older swath as it was before a migration, and says so. */
async function keepBefore(migration: string, path: string, copyTo: (target: string) => Promise<void>): Promise<void> {
  const target = freeName(`${path}.before-${migration}`)
  await copyTo(target)
  process.stderr.write(`${path} is of an older swath: kept as ${target}, then brought up to date.\n`)
}

/** Where the database is damaged, what can be read stays usable: for a backup, or for the repair. */
async function reconcileReadable(db: Kysely<Schema>): Promise<void> {
  try {
    await reconcile(db, { all: false })
  } catch (error) {
    if (!isDamage(error)) throw error
  }
}

async function orStoreError<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asStoreError(path, error)
  }
}
