import type { Kysely } from 'kysely'

/** Checkpoints by epoch, leases, and what counts against a trial: failures, and losses of the process that ran it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('artifacts').addColumn('epoch', 'integer').execute()

  const table = () => db.schema.alterTable('trials')
  await table().addColumn('pid', 'integer').execute()
  await table().addColumn('process_start', 'text').execute()
  await table().addColumn('lease_expires_at', 'text').execute()
  await table()
    .addColumn('failures', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await table()
    .addColumn('losses', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()

  const attempts = () => db.schema.alterTable('attempts')
  await attempts()
    .addColumn('process_start', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await attempts()
    .addColumn('resumed_epoch', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await attempts().addColumn('exit_code', 'integer').execute()
  await attempts().addColumn('signal', 'text').execute()
}
