import { openBetterSqlite3 } from './better-sqlite3.ts'
import type { Database, OpenOptions, SqliteDriver } from './database.ts'
import { openNodeSqlite } from './node-sqlite.ts'

/** Opens a database, and makes its file where there is none unless it is only to be read. */
export function openDatabase(driver: SqliteDriver, path: string, options: OpenOptions = {}): Database {
  if (driver.name === 'node:sqlite') return openNodeSqlite(path, options)
  return openBetterSqlite3(driver.nativeBinding, path, options)
}
