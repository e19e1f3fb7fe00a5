import Database from 'better-sqlite3'
import { expect, it, vi } from 'vitest'

import { findSqliteDriver, sqliteDriver } from '../../src/setup/sqlite.ts'

it('the SQLite driver opens a database, and asking for it again builds nothing', async () => {
  const report = vi.fn()
  const nativeBinding = await sqliteDriver(report)
  const database = new Database(':memory:', { nativeBinding })
  expect(database.prepare('select 40 + 2').pluck().get()).toBe(42)
  database.close()
  expect(report).not.toHaveBeenCalled()
  expect(findSqliteDriver()).toBe(nativeBinding)
})
