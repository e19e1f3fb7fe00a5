import { sql, type Kysely } from 'kysely'

import { countStates, withoutRowid } from '../dialect.ts'
import { countFinalMetrics } from '../final-metrics.ts'

/** What every question about many trials asks for, kept as it changes: what a trial reported last, how far a sweep is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('final_metrics')
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('total', 'double precision', (column) => column.notNull())
    .addColumn('reports', 'integer', (column) => column.notNull())
    .addColumn('least', 'double precision', (column) => column.notNull())
    .addColumn('greatest', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('final_metrics_key', ['trial_id', 'name'])
    .modifyEnd(withoutRowid(db))
    .execute()
  await sql.raw(countFinalMetrics).execute(db)

  await countStates(db)

  // All that a Pareto front needs of the trials of a sweep, in the order of their ids: out of it, looking up the metrics
  // of each takes five times as long.
  await db.schema.dropIndex('trials_state').execute()
  await db.schema.createIndex('trials_state').on('trials').columns(['sweep_id', 'state', 'id', 'flops']).execute()
}
