import { sql, type Kysely } from 'kysely'

import type { Schema } from '../schema.ts'
import type { StoreCheck } from '../store.ts'

interface Reference {
  readonly table: string
  readonly column: string
  readonly parent: string
}

/** What the server lets anybody find out about its own storage is nothing: references are looked at, and sizes told. */
export async function checkSchema(db: Kysely<Schema>): Promise<StoreCheck> {
  const { rows: sizes } = await sql<{ bytes: number | null }>`
    select sum(pg_total_relation_size(oid)) as bytes from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'r'`.execute(db)
  const dangling: { table: string; parent: string; rows: number }[] = []
  for (const { table, column, parent } of await references(db)) {
    const { rows } = await sql<{ rows: number }>`
      select count(*) as rows from ${sql.table(table)} t
      where t.${sql.ref(column)} is not null
        and not exists (select from ${sql.table(parent)} p where p.id = t.${sql.ref(column)})`.execute(db)
    const count = rows[0]?.rows ?? 0
    if (count > 0) dangling.push({ table, parent, rows: count })
  }
  return { damage: [], dangling, bytes: sizes[0]?.bytes ?? 0, logBytes: 0 }
}

/** All of a store's are of one column, to the id of a row. */
async function references(db: Kysely<Schema>): Promise<Reference[]> {
  const { rows } = await sql<Reference>`
    select c.relname as "table", a.attname as "column", p.relname as parent
    from pg_constraint f
    join pg_class c on c.oid = f.conrelid
    join pg_class p on p.oid = f.confrelid
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
    where f.contype = 'f' and f.connamespace = current_schema()::regnamespace
    order by c.relname, a.attname`.execute(db)
  return rows
}
