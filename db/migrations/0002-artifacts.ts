import { sql, type Kysely } from 'kysely'

import { identity, isSqlite } from '../dialect.ts'

/** What trials leave behind in files, and which trial another one was trained on from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('artifacts')
    // A checkpoint each epoch: many hosts make more than 2^31. SQLite counts so far anyway.
    .addColumn('id', isSqlite(db) ? 'integer' : 'bigint', identity(db))
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('artifacts_trial').on('artifacts').columns(['trial_id', 'id']).execute()
  await db.schema
    .alterTable('trials')
    .addColumn('parent_id', 'integer', (column) => column.references('trials.id').onDelete('set null'))
    .execute()
  if (!isSqlite(db)) await keepFiles(db)
}

/** Of a store that many hosts use: the files themselves, in pieces, and where they are if that is not here. */
async function keepFiles(db: Kysely<unknown>): Promise<void> {
  // In the order of bytes: the files of a trial are a range of names.
  await db.schema
    .createTable('artifact_parts')
    .addColumn('name', sql`text collate "C"`, (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('content', 'bytea', (column) => column.notNull())
    .addPrimaryKeyConstraint('artifact_parts_key', ['name', 'part'])
    .execute()
  // Weights hardly get smaller.
  await sql`alter table artifact_parts alter column content set storage external`.execute(db)
  await db.schema
    .createTable('artifact_place')
    .addColumn('location', 'text', (column) => column.notNull())
    .execute()
}
