import type { Kysely } from 'kysely'

import { identity } from '../dialect.ts'

/** What trials leave behind in files, and which trial another one was trained on from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('artifacts')
    .addColumn('id', 'integer', identity(db))
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
}
