import type { Kysely } from 'kysely'

/** Why no further trial of a sweep begins, which trials come before all others, and what a sweep began with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sweeps').addColumn('ended_because', 'text').execute()
  await db.schema
    .alterTable('trials')
    .addColumn('enqueued', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()

  // Copied: the sweep they are of may go on, or be deleted.
  await db.schema
    .createTable('prior_trials')
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('source_id', 'integer', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('known', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('prior_trials_key', ['sweep_id', 'place'])
    .execute()
}
