import { join } from 'node:path'

import { Kysely, sql, SqliteDialect } from 'kysely'

import { sqliteDriver } from '../../src/setup/sqlite.ts'
import { openDatabase } from '../../src/sqlite/open-database.ts'
import { allMigrations, migrate } from '../../src/store/migrate.ts'
import type { Schema } from '../../src/store/schema.ts'
import { temporaryFolder } from './temporary-store.ts'

/** The path of a store as a swath made it that knew only the first migrations; with a trial, or empty. */
export async function olderStore({ migrations = 1, isEmpty = false } = {}): Promise<string> {
  const path = join(temporaryFolder(), 'swath.db')
  const db = await rawDatabase(path)
  const first = Object.fromEntries(Object.entries(allMigrations).slice(0, migrations))
  await migrate(db, path, () => Promise.reject(new Error('a new store has nothing to back up')), first)
  // Its views asked what there was then.
  const { rows: views } = await sql<{ name: string }>`select name from sqlite_schema where type = 'view'`.execute(db)
  for (const { name } of views) await sql`drop view ${sql.id(name)}`.execute(db)
  await sql`create view progress as select id, name from sweeps`.execute(db)
  if (!isEmpty) {
    await sql`insert into sweeps (id, name, file_name, method, program, definition, settings, source, source_path, seed, created_at)
      values (1, 'old', 'old', 'grid', 'mlp', '{}', '{}', '', 'old.yaml', 0, '2026-01-01T00:00:00.000Z')`.execute(db)
    await sql`insert into trials (sweep_id, number, params, repeat, seed) values (1, 1, '{"depth":1}', 0, 0)`.execute(
      db,
    )
  }
  await db.destroy()
  return path
}

/** A database as it is, with nothing of swath in between. */
export async function rawDatabase(path: string): Promise<Kysely<Schema>> {
  const database = openDatabase(await sqliteDriver(), path)
  database.pragma('journal_mode = WAL')
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
}

/** All that a database has: its tables and views with what is in them. */
export async function contentsOf(path: string): Promise<Record<string, unknown>> {
  const db = await rawDatabase(path)
  try {
    const { rows } = await sql<{ name: string; sql: string }>`select name, sql from sqlite_schema
      where sql is not null order by name`.execute(db)
    const contents = rows.map(async ({ name, sql: made }) => {
      if (made.startsWith('CREATE INDEX') || made.startsWith('create index')) return [name, made]
      return [name, made, (await sql`select * from ${sql.id(name)}`.execute(db)).rows]
    })
    return Object.fromEntries((await Promise.all(contents)).map(([name, ...rest]) => [String(name), rest]))
  } finally {
    await db.destroy()
  }
}
