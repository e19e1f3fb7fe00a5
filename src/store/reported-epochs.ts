import { sql, type Kysely, type Transaction } from 'kysely'

import type { ReportedEpoch } from '../programs/stored-report.ts'
import type { ChangeOf } from './change.ts'
import { rowsStatement } from './rows-statement.ts'
import type { Schema } from './schema.ts'

const insertEpochs = rowsStatement<readonly [trial_id: number, epoch: number, reported: number]>(
  ['integer', 'integer', 'double precision'],
  (rows) => sql`
    with v (trial_id, epoch, reported) as (${rows})
    insert into reported_epochs (trial_id, epoch, reported)
    select trial_id, epoch, reported from v where true
    on conflict (trial_id, epoch) do nothing`,
)

/** Records the programs' own numbers of epochs that are stored under another one. */
export async function recordReportedEpochs(
  db: Transaction<Schema>,
  reports: readonly ChangeOf<'report'>[],
): Promise<void> {
  const rows = reports.flatMap(({ trialId, report: { epoch }, reportedEpoch }) =>
    reportedEpoch === undefined ? [] : [[trialId, epoch, reportedEpoch] as const],
  )
  await insertEpochs(db, rows)
}

/** Returns those of a trial, by epoch. */
export async function reportedEpochsOf(db: Kysely<Schema>, trialId: number): Promise<ReportedEpoch[]> {
  return db
    .selectFrom('reported_epochs')
    .select(['epoch', 'reported'])
    .where('trial_id', '=', trialId)
    .orderBy('epoch')
    .execute()
}
