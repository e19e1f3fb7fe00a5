import type { Kysely } from 'kysely'

import { withoutRowid } from '../dialect.ts'

/** Why a trial was stopped early, and what those that reached a rung had there; without a rule nothing is written here. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('trials').addColumn('stop_reason', 'text').execute()
  await db.schema.alterTable('trials').addColumn('continued_to', 'integer').execute()

  await db.schema
    .createTable('rungs')
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('rung', 'integer', (column) => column.notNull())
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('others', 'text')
    .addColumn('counts', 'integer', (column) => column.notNull().defaultTo(1))
    .addPrimaryKeyConstraint('rungs_key', ['trial_id', 'rung'])
    .modifyEnd(withoutRowid(db))
    .execute()
  // Where a trial stands among those at its rung is read off the index alone.
  await db.schema.createIndex('rungs_standing').on('rungs').columns(['sweep_id', 'rung', 'counts', 'value']).execute()
}
