import type { Kysely, Transaction } from 'kysely'

import { endAttempts, startAttempts } from './attempts.ts'
import type { Change, ChangeOf } from './change.ts'
import { recordReports, settleReport, staleReports } from './reports.ts'
import type { Schema } from './schema.ts'

/**
 * Writes a group of changes in one transaction: all of it is on disk when this resolves, or none. Resolves to those that
 * were refused: of trials that somebody else has by now, or cancelled. They are in `refused` before it is known whether
 * the transaction was committed.
 */
export async function applyChanges(
  db: Kysely<Schema>,
  changes: readonly Change[],
  refused = new Set<Change>(),
): Promise<ReadonlySet<Change>> {
  const of = <T extends Change['type']>(type: T) =>
    changes.filter((change): change is ChangeOf<T> => change.type === type)
  // What others train may be written meanwhile: each statement says from which state it changes its trials.
  const beside = db.transaction().setIsolationLevel('read committed')
  await beside.execute(async (transaction) => {
    refused.clear()
    const late = await startAttempts(transaction, of('start'))
    const stale = await staleReports(transaction, of('report'))
    const reports = stale.size === 0 ? of('report') : of('report').filter((report) => !stale.has(report))
    for (const report of reports) await settleReport(transaction, report)
    await recordReports(transaction, reports)
    const unknown = await endAttempts(transaction, of('end'))
    await recordEvents(transaction, of('event'))
    for (const change of [...late, ...stale, ...unknown]) refused.add(change)
  })
  return refused
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
