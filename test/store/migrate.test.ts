import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'

import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'

import { swath } from '../end-to-end/swath.ts'
import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { allMigrations, migrate, schemaState, type Migrations } from '../../src/store/migrate.ts'
import { openStore } from '../../src/store/open.ts'
import { contentsOf, olderStore, rawDatabase } from './older-store.ts'

const names = Object.keys(allMigrations)
const backups = (path: string) => readdirSync(dirname(path)).filter((name) => name.includes('.before-'))
const failing: Migrations = {
  ...allMigrations,
  '0998-a-table': {
    async up(db) {
      await sql`create table later (id integer)`.execute(db)
      await sql`update sweeps set name = 'renamed'`.execute(db)
    },
  },
  '0999-broken': {
    async up(db) {
      await sql`alter table later add column half integer`.execute(db)
      throw new Error('the migration is broken')
    },
  },
}

test.each([1, 2])(
  'a store of a swath that knew %d migrations is kept as it was, then brought up to date',
  async (known) => {
    const path = await olderStore({ migrations: known })
    const before = await contentsOf(path)
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const store = await openStore(path, 'read')
    expect(await schemaState(store.db)).toEqual({ applied: names, pending: [], unknown: [] })
    expect(await store.db.selectFrom('progress').select(['name', 'queued']).execute()).toEqual([
      { name: 'old', queued: 1 },
    ])
    await store.close()

    const backup = `${path}.before-${names[known] ?? ''}`
    expect(await contentsOf(backup)).toEqual(before)
    expect(backups(path)).toHaveLength(1)
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      `${path} is of an older swath: kept as ${backup}, then brought up to date.\n`,
    ])
    await (await openStore(path, 'read')).close()
    expect(said).toHaveBeenCalledTimes(1)
    said.mockRestore()
  },
)

test('a store without a sweep has nothing to keep', async () => {
  const path = await olderStore({ isEmpty: true })
  await (await openStore(path, 'read')).close()
  expect(backups(path)).toEqual([])
})

test('a migration that fails midway changes nothing, not even what the ones before it did', async () => {
  const path = await olderStore()
  const before = await contentsOf(path)
  const db = await rawDatabase(path)
  await expect(migrate(db, path, () => Promise.resolve(), failing)).rejects.toThrow('the migration is broken')
  await db.destroy()
  expect(await contentsOf(path)).toEqual(before)
})

test('a backup that cannot be written keeps the store from being migrated', async () => {
  const path = await olderStore()
  const before = await contentsOf(path)
  const db = await rawDatabase(path)
  const backUp = () => Promise.reject(new Error('the disk is full'))
  await expect(migrate(db, path, backUp)).rejects.toThrow('the disk is full')
  await db.destroy()
  expect(await contentsOf(path)).toEqual(before)
})

test('of processes that open it at the same time one migrates, and all go on', async () => {
  const path = await olderStore()
  const before = await contentsOf(path)
  const all = await Promise.all(
    Array.from({ length: 4 }, () => swath(['list', '--json', '--store', path], dirname(path))),
  )
  for (const { code, stdout, stderr } of all) {
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'old', queued: 1 }])
  }
  expect(all.filter(({ stderr }) => stderr.includes('kept as'))).toHaveLength(1)
  expect(backups(path)).toEqual([`swath.db.before-${names[1] ?? ''}`])
  expect(await contentsOf(`${path}.before-${names[1] ?? ''}`)).toEqual(before)
})

test('is not migrated beneath an older swath that runs a sweep on it', async () => {
  const path = await olderStore()
  const db = await rawDatabase(path)
  await acquireSweep(db, 1, thisProcess(), new Date())
  await db.destroy()
  const before = await contentsOf(path)
  await expect(openStore(path, 'read')).rejects.toThrow(
    /is of an older swath, whose process \d+ on \S+ runs a sweep on it/,
  )
  expect(await contentsOf(path)).toEqual(before)
})
