import type { Kysely, Transaction } from 'kysely'

import { endAttempts, startAttempts } from './attempts.ts'
import type { Change, ChangeOf } from './change.ts'
import { recordReports, refuseStale, settleReport } from './reports.ts'
import type { Schema } from './schema.ts'

/** Writes a group of changes in one transaction: all of it is on disk when this resolves, or none. */
export async function applyChanges(db: Kysely<Schema>, changes: readonly Change[]): Promise<void> {
  const of = <T extends Change['type']>(type: T) =>
    changes.filter((change): change is ChangeOf<T> => change.type === type)
  // What others train may be written meanwhile: each statement says from which state it changes its trials.
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await startAttempts(transaction, of('start'))
      const reports = of('report')
      await refuseStale(transaction, reports)
      for (const report of reports) await settleReport(transaction, report)
      await recordReports(transaction, reports)
      await endAttempts(transaction, of('end'))
      await recordEvents(transaction, of('event'))
    })
}

async function recordEvents(db: Transaction<Schema>, events: readonly ChangeOf<'event'>[]): Promise<void> {
  if (events.length === 0) return
  await db
    .insertInto('events')
    .values(
      events.map(({ sweepId, trialId, kind, detail = null, at }) => ({
        sweep_id: sweepId,
        trial_id: trialId,
        at,
        kind,
        detail,
      })),
    )
    .execute()
}
