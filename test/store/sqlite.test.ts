import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { openStore } from '../../src/store/open.ts'
import { sweepProgress } from '../../src/store/sweeps.ts'
import { temporaryFolder, temporaryStore } from './temporary-store.ts'

test('reading a store that is not there says how to make one, and makes none', async () => {
  const path = join(temporaryFolder(), 'none.db')
  await expect(openStore(`sqlite:${path}`, 'read')).rejects.toThrow(`there is no store at ${path}`)
})

test('a file that is no database is refused and left as it was', async () => {
  const path = join(temporaryFolder(), 'notes.txt')
  writeFileSync(path, 'these are my notes, and by no means a database; do not touch them '.repeat(40))
  await expect(openStore(path, 'write')).rejects.toThrow('is not a swath database')
})

test('half a store, and a database of another program, are refused', async () => {
  const store = await temporaryStore()
  await sql`drop table kysely_migration`.execute(store.db)
  await expect(openStore(store.location, 'write')).rejects.toThrow('is half a store')
  const other = await temporaryStore()
  for (const name of ['kysely_migration', 'trials', 'superseded_metrics', 'sweep_metrics']) {
    await sql`alter table ${sql.id(name)} rename to ${sql.id(`other_${name}`)}`.execute(other.db)
  }
  await expect(openStore(other.location, 'write')).rejects.toThrow("is a database, but not one of swath's")
})

test('a store from a newer swath is refused politely', async () => {
  const store = await temporaryStore()
  await sql`insert into kysely_migration values ('0999-from-the-future', '2030-01-01')`.execute(store.db)
  await expect(openStore(store.location, 'write')).rejects.toThrow(
    /was written by a newer swath \(its schema has 0999-from-the-future\)/,
  )
})

test('a folder, and a file in a folder that is not there, are refused', async () => {
  const folder = temporaryFolder()
  await expect(openStore(folder, 'write')).rejects.toThrow('is a folder, not a database file')
  await expect(openStore(join(folder, 'no', 'swath.db'), 'write')).rejects.toThrow('does not exist')
})

test('an error that has rolled a transaction back is the one that is seen', async () => {
  // As SQLITE_FULL does: the rollback that follows it failed, and hid it.
  const store = await temporaryStore()
  const failing = store.db.transaction().execute(async (transaction) => {
    await sql`rollback`.execute(transaction)
    throw new Error('the disk is full')
  })
  await expect(failing).rejects.toThrow('the disk is full')
  expect(await sweepProgress(store.db)).toEqual([])
})
