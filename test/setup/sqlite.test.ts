import { join } from 'node:path'

import { afterEach, expect, it, onTestFinished, test, vi } from 'vitest'

import { diagnose } from '../../src/setup/diagnose.ts'
import { findSqliteDriver, forgetFailure, sqliteDriver } from '../../src/setup/sqlite.ts'
import { openDatabase } from '../../src/sqlite/open-database.ts'
import { nodeSqlite } from '../../src/sqlite/node-sqlite-module.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** A cache without a driver, on a machine where none can be built: there is no npm. */
function bareMachine(): void {
  vi.stubEnv('SWATH_SQLITE', '')
  vi.stubEnv('SWATH_CACHE', temporaryFolder())
  vi.stubEnv('PATH', temporaryFolder())
  // npm is looked for beside Node first.
  const { execPath } = process
  process.execPath = join(temporaryFolder(), 'node')
  onTestFinished(() => {
    process.execPath = execPath
  })
}

const sqliteLine = async () => (await diagnose()).find(({ name }) => name === 'SQLite driver')

it('the SQLite driver opens a database, and asking for it again builds nothing', async () => {
  const report = vi.fn()
  const driver = await sqliteDriver(report)
  const database = openDatabase(driver, ':memory:')
  expect(database.prepare('select 40 + 2 as n').all()).toEqual([{ n: 42 }])
  database.close()
  expect(report).not.toHaveBeenCalled()
  expect(findSqliteDriver()).toEqual(driver)
  expect(await sqliteLine()).toMatchObject({ status: 'ok', detail: expect.stringContaining(driver.name) as string })
})

test.runIf(nodeSqlite())(
  'where better-sqlite3 cannot be built Node’s own is used, and is known from then on',
  async () => {
    bareMachine()
    const driver = await sqliteDriver()
    expect(driver).toEqual({
      name: 'node:sqlite',
      reason: `better-sqlite3 cannot be built for Node ${process.version}`,
    })
    const report = vi.fn()
    expect(await sqliteDriver(report)).toEqual(driver)
    expect(report).not.toHaveBeenCalled()
    expect(await sqliteLine()).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(
        /^node:sqlite, SQLite 3\.\d+\.\d+, Node’s own, because better-sqlite3 cannot be/,
      ) as string,
    })
    // `swath setup` tries once more.
    await forgetFailure()
    expect(findSqliteDriver()).toBeUndefined()
  },
)

test.skipIf(nodeSqlite())('where there is neither driver, the error says what to do', async () => {
  bareMachine()
  await expect(sqliteDriver()).rejects.toMatchObject({
    message: expect.stringContaining(`better-sqlite3 cannot be built for Node ${process.version}`) as string,
    hint: expect.stringContaining('Node 22.16 and later have SQLite in them') as string,
  })
})

test('a driver that is asked for by name is used or refused, never replaced', async () => {
  bareMachine()
  vi.stubEnv('SWATH_SQLITE', 'better-sqlite3')
  await expect(sqliteDriver()).rejects.toThrow('better-sqlite3 cannot be built')
  vi.stubEnv('SWATH_SQLITE', 'node')
  if (nodeSqlite() === undefined) expect(() => findSqliteDriver()).toThrow('has no SQLite that swath can use')
  else expect(await sqliteDriver()).toMatchObject({ name: 'node:sqlite' })
  vi.stubEnv('SWATH_SQLITE', 'oracle')
  expect(() => findSqliteDriver()).toThrow('SWATH_SQLITE=oracle: there is no such driver')
  expect(await sqliteLine()).toMatchObject({ status: 'problem', advice: 'it may be better-sqlite3 or node' })
})
