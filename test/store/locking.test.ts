import { expect, test } from 'vitest'

import { sqliteDriver } from '../../src/setup/sqlite.ts'
import type { Database } from '../../src/sqlite/database.ts'
import { openDatabase } from '../../src/sqlite/open-database.ts'
import type { Store } from '../../src/store/store.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** Another process's connection, which waits for nobody. */
async function impatient({ location }: Store): Promise<Database> {
  const path = location.replace('sqlite:', '')
  return openDatabase(await sqliteDriver(), path, { timeout: 0 })
}

const seedIn = ({ db }: Pick<Store, 'db'>) => db.selectFrom('sweeps').select('seed').executeTakeFirstOrThrow()

test('what a transaction has read is true until it ends: nobody writes in between', async () => {
  const store = await temporaryStore()
  await plannedSweep(store)
  const other = await impatient(store)
  const write = () => {
    other.exec('update sweeps set seed = 7')
  }
  await store.db.transaction().execute(async (db) => {
    const { seed } = await seedIn({ db })
    expect(write).toThrow('database is locked')
    await db
      .updateTable('sweeps')
      .set({ seed: seed + 1 })
      .execute()
  })
  expect(await seedIn(store)).toEqual({ seed: 1 })
  write()
  other.close()
})

test('a read-only transaction sees one moment, and keeps nobody from writing', async () => {
  const store = await temporaryStore()
  await plannedSweep(store)
  const other = await impatient(store)
  const seeds = await store.db
    .transaction()
    .setAccessMode('read only')
    .execute(async (db) => {
      const before = await seedIn({ db })
      other.exec('update sweeps set seed = 7')
      return [before, await seedIn({ db })]
    })
  expect(seeds).toEqual([{ seed: 0 }, { seed: 0 }])
  other.close()
})

test('a write waits for another process, and leaves its thread to timers and signals meanwhile', async () => {
  const store = await temporaryStore()
  await plannedSweep(store)
  const other = await impatient(store)
  other.exec('begin exclusive')
  let turns = 0
  const timer = setInterval(() => {
    // Two seconds would be none if the thread slept through them.
    if (++turns === 3) other.exec('commit')
  }, 200)
  await store.db.updateTable('sweeps').set({ seed: 7 }).execute()
  clearInterval(timer)
  expect(turns).toBeGreaterThanOrEqual(3)
  other.exec('begin exclusive')
  await expect(store.db.updateTable('sweeps').set({ seed: 8 }).execute()).rejects.toThrow('database is locked')
  other.close()
  expect(await seedIn(store)).toEqual({ seed: 7 })
})
