import type { Kysely } from 'kysely'

import { withoutRowid } from '../dialect.ts'

/** What the store holds otherwise than a program has reported it: numbers of epochs, and entries that are no metrics. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('reported_epochs')
    .addColumn('trial_id', 'integer', (column) => column.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('reported', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('reported_epochs_key', ['trial_id', 'epoch'])
    .modifyEnd(withoutRowid(db))
    .execute()

  // The key says each once a sweep, whichever worker or run comes first.
  await db.schema
    .createTable('report_notices')
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('trial_id', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('report_notices_key', ['sweep_id', 'kind', 'name'])
    .modifyEnd(withoutRowid(db))
    .execute()
}
