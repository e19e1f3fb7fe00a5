import type { Kysely } from 'kysely'

import { isSqlite, lockTables } from '../dialect.ts'

/** Tables that PostgreSQL locks in place of advisory locks, which a reader may take, too. SQLite has one writer anyway. */
export async function up(db: Kysely<unknown>): Promise<void> {
  if (isSqlite(db)) return
  for (const table of lockTables) await db.schema.createTable(table).execute()
}
