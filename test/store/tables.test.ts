import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { openStore } from '../../src/store/open.ts'
import { missingTables } from '../../src/store/tables.ts'
import { locatedStore, storeKind } from './temporary-store.ts'

const present =
  storeKind() === 'sqlite'
    ? `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`
    : `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`

test('each table of a store is missed where it is gone, and none where nothing is', async () => {
  const { store, location } = await locatedStore()
  const { rows } = await sql.raw<{ name: string }>(`${present} order by name`).execute(store.db)
  const names = rows.map(({ name }) => name).filter((name) => !name.startsWith('kysely_'))
  expect(names.length).toBeGreaterThan(15)
  expect(await missingTables(store.db)).toEqual([])
  if (storeKind() === 'sqlite') await sql`pragma foreign_keys = off`.execute(store.db)
  const { rows: views } = await sql
    .raw<{ name: string }>(
      storeKind() === 'sqlite'
        ? `select name from sqlite_schema where type = 'view'`
        : `select viewname as name from pg_views where schemaname = current_schema()`,
    )
    .execute(store.db)
  for (const { name } of views) {
    await sql.raw(`drop view if exists ${name}${storeKind() === 'sqlite' ? '' : ' cascade'}`).execute(store.db)
  }
  for (const name of names) {
    await sql.raw(`drop table ${name}${storeKind() === 'sqlite' ? '' : ' cascade'}`).execute(store.db)
  }
  expect((await missingTables(store.db)).toSorted()).toEqual(names.toSorted())
  await expect(openStore(location, 'change')).rejects.toThrow(/is half a store: it lacks the tables sweeps, trials, /)
})
