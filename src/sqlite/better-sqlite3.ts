import { createRequire } from 'node:module'

import type BetterSqlite3 from 'better-sqlite3'

import { carriedPackage } from '../carried-package.ts'
import type { Database, OpenOptions, Row, SqliteValue, Statement } from './database.ts'

/** Opens a database with better-sqlite3. @param nativeBinding its compiled part */
export function openBetterSqlite3(nativeBinding: string, path: string, options: OpenOptions): Database {
  const BetterDatabase = createRequire(import.meta.url)(carriedPackage('better-sqlite3')) as typeof BetterSqlite3
  const database = new BetterDatabase(path, { ...options, nativeBinding })
  return {
    get inTransaction() {
      return database.inTransaction
    },
    prepare: (text) => statementOf(database.prepare(text)),
    exec: (text) => void database.exec(text),
    pragma: (text) => database.pragma(text) as Row[],
    async backup(target) {
      await database.backup(target)
    },
    allowSchemaChanges() {
      database.unsafeMode(true)
    },
    close() {
      database.close()
    },
  }
}

function statementOf(statement: BetterSqlite3.Statement): Statement {
  return {
    reader: statement.reader,
    readonly: statement.readonly,
    columns: () => statement.columns().map(({ name }) => name),
    all: (parameters = []) => statement.all(parameters) as Row[],
    run: (parameters = []) => statement.run(parameters),
    iterate: (parameters = []) => statement.iterate(parameters) as IterableIterator<Row>,
    exactRows: () => statement.raw().safeIntegers().iterate() as IterableIterator<SqliteValue[]>,
  }
}
