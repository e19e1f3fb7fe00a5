import { sql } from 'kysely'
import { expect, test } from 'vitest'

import type { Store } from '../../src/store/store.ts'
import { storeKind, temporaryStore } from './temporary-store.ts'

/** Columns that name a row of another table, as `trials.parent_id`, and those that an index begins with. */
async function referencesIn({ db }: Store): Promise<{ references: string[]; indexed: string[] }> {
  const namesOf = (rows: readonly { name: string }[]) => rows.map(({ name }) => name)
  if (storeKind() === 'sqlite') {
    const references = await sql<{ name: string }>`
      select t.name || '.' || f."from" as name from sqlite_schema t, pragma_foreign_key_list(t.name) f
      where t.type = 'table'`.execute(db)
    const indexed = await sql<{ name: string }>`
      select t.name || '.' || c.name as name
      from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
      where t.type = 'table' and c.seqno = 0
      union
      select t.name || '.' || c.name from sqlite_schema t, pragma_table_info(t.name) c
      where t.type = 'table' and c.pk = 1`.execute(db)
    return { references: namesOf(references.rows), indexed: namesOf(indexed.rows) }
  }
  const references = await sql<{ name: string }>`
    select c.relname || '.' || a.attname as name from pg_constraint f
    join pg_class c on c.oid = f.conrelid
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
    where f.contype = 'f' and f.connamespace = current_schema()::regnamespace`.execute(db)
  const indexed = await sql<{ name: string }>`
    select c.relname || '.' || a.attname as name from pg_index i
    join pg_class c on c.oid = i.indrelid
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where c.relnamespace = current_schema()::regnamespace`.execute(db)
  return { references: namesOf(references.rows), indexed: namesOf(indexed.rows) }
}

test('rows that name another are found by it: deleting a sweep reads no table for each of its trials', async () => {
  // 8,000 trials took 7.5 s, four times as long for twice as many.
  const { references, indexed } = await referencesIn(await temporaryStore())
  expect(references.length).toBeGreaterThan(8)
  expect(references.filter((name) => !indexed.includes(name))).toEqual([])
})
