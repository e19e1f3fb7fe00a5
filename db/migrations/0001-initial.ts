import { sql, type Kysely } from 'kysely'

import { defineFunctions, identity, withoutRowid } from '../dialect.ts'

/** Sweeps, their trials, each trial's attempts and metrics, and what happened when. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await defineFunctions(db)

  await db.schema
    .createTable('sweeps')
    .addColumn('id', 'integer', identity(db))
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('file_name', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('program', 'text', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('source_path', 'text', (column) => column.notNull())
    .addColumn('seed', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('cancelled_at', 'text')
    .execute()
  await db.schema.createIndex('sweeps_file_name').on('sweeps').columns(['file_name', 'id']).execute()

  await db.schema
    .createTable('trials')
    .addColumn('id', 'integer', identity(db))
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('repeat', 'integer', (column) => column.notNull())
    .addColumn('seed', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column
        .notNull()
        .defaultTo('queued')
        .check(sql`state in ('queued', 'running', 'completed', 'stopped', 'failed', 'cancelled')`),
    )
    .addColumn('attempt', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('worker', 'integer')
    .addColumn('host', 'text')
    .addColumn('parameter_count', 'bigint')
    .addColumn('flops', 'bigint')
    .addColumn('weights_sha256', 'text')
    .addColumn('error', 'text')
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addUniqueConstraint('trials_point', ['sweep_id', 'params', 'repeat'])
    .addUniqueConstraint('trials_number', ['sweep_id', 'number'])
    .execute()
  await db.schema.createIndex('trials_state').on('trials').columns(['sweep_id', 'state']).execute()

  await db.schema
    .createTable('attempts')
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('worker', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('finished_at', 'text')
    .addColumn('error', 'text')
    .addColumn('stack', 'text')
    .addPrimaryKeyConstraint('attempts_key', ['trial_id', 'attempt'])
    .execute()

  // Name before epoch in the key: a trial's last value of a metric is one step in the index.
  await db.schema
    .createTable('metrics')
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('metrics_key', ['trial_id', 'name', 'epoch'])
    .modifyEnd(withoutRowid(db))
    .execute()

  // What an attempt reported that a later attempt trained again: kept on record, out of the way of every question.
  await db.schema
    .createTable('superseded_metrics')
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('superseded_metrics_key', ['trial_id', 'attempt', 'name', 'epoch'])
    .modifyEnd(withoutRowid(db))
    .execute()

  await db.schema
    .createTable('events')
    .addColumn('id', 'integer', identity(db))
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('trial_id', 'integer', (column) => column.references('trials.id').onDelete('cascade'))
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('detail', 'text')
    .execute()
  await db.schema.createIndex('events_sweep').on('events').columns(['sweep_id', 'id']).execute()
  await db.schema.createIndex('events_trial').on('events').columns(['trial_id', 'id']).execute()

  await db.schema
    .createTable('coordinators')
    .addColumn('sweep_id', 'integer', (column) => column.primaryKey().references('sweeps.id').onDelete('cascade'))
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('process_start', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('heartbeat_at', 'text', (column) => column.notNull())
    .execute()
}
