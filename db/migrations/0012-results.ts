import { sql, type Kysely } from 'kysely'

import { recountSweeps } from '../../src/store/recount.ts'
import { isSqlite, withoutRowid } from '../dialect.ts'

/** The metrics of each sweep with how they are read, and by how much each trial violates the sweep's constraints. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Names are sorted by their bytes on either database.
  const name = isSqlite(db) ? sql`text` : sql`text collate "C"`
  await db.schema
    .createTable('sweep_metrics')
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('name', name, (column) => column.notNull())
    .addColumn('goal', 'text', (column) => column.notNull())
    .addColumn('reduction', 'text', (column) => column.notNull())
    .addColumn('objective', 'integer')
    .addColumn('objective_rank', 'integer', (column) => column.notNull())
    .addColumn('cost_rank', 'integer')
    .addColumn('reported', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('counted', 'integer', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('sweep_metrics_key', ['sweep_id', 'name'])
    .modifyEnd(withoutRowid(db))
    .execute()
  await db.schema.alterTable('trials').addColumn('violation', 'double precision').execute()
  // All that a Pareto front reads of the trials of a sweep.
  await db.schema.dropIndex('trials_state').execute()
  await db.schema
    .createIndex('trials_state')
    .on('trials')
    .columns(['sweep_id', 'state', 'id', 'flops', 'violation'])
    .execute()
  await recountSweeps(db)
}
