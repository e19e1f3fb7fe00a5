import { Transaction, type Kysely } from 'kysely'

import { endAttempts, startAttempts } from './attempts.ts'
import type { SweepQueue } from '../queue/shared-queue.ts'
import type { Change, ChangeOf } from './change.ts'
import { enqueue } from './enqueue.ts'
import { recordReportedEpochs } from './reported-epochs.ts'
import { recordNotices } from './report-notices.ts'
import { recordedReports, recordReports, runningReports, settleReport } from './reports.ts'
import type { Schema } from './schema.ts'
import { judgeReports, type Judging } from './stops.ts'

/** Of a store that hosts share: the sweep that all changes of a group belong to, and its queue. */
export interface SharedWork {
  readonly sweepId: number
  readonly queue: SweepQueue
}

/**
 * Writes a group of changes in one transaction, or in the one that `db` is: all of it is on disk when this resolves, or none. Resolves to those that
 * were refused: of trials that another process has by now, or cancelled, and notices that are known. They are in `refused` before it is known whether
 * the transaction was committed.
 */
export async function applyChanges(
  db: Kysely<Schema>,
  changes: readonly Change[],
  {
    shared,
    judging,
    refused = new Set(),
    stops = new Map(),
    again = false,
  }: {
    readonly shared?: SharedWork | undefined
    /** Of a sweep that has a stopping rule. */
    readonly judging?: Judging | undefined
    readonly refused?: Set<Change>
    /** Reports whose trial is to stop after them, and why; known when `refused` is. */
    readonly stops?: Map<Change, string>
    /** True where some may be there already: they are not written twice. */
    readonly again?: boolean
  } = {},
): Promise<ReadonlySet<Change>> {
  const of = <T extends Change['type']>(type: T) =>
    changes.filter((change): change is ChangeOf<T> => change.type === type)
  const write = async (transaction: Transaction<Schema>) => {
    refused.clear()
    stops.clear()
    const late = await startAttempts(transaction, of('start'))
    const running = await runningReports(transaction, of('report'))
    const stale = of('report').filter((report) => !running.has(report))
    const recorded = again ? await recordedReports(transaction, of('report')) : none
    const reports = of('report').filter((report) => running.has(report) && !recorded.has(report))
    for (const report of reports) await settleReport(transaction, report)
    await recordReports(
      transaction,
      reports.map((change) => ({ ...change, sweepId: running.get(change) ?? 0 })),
    )
    await recordReportedEpochs(transaction, reports)
    if (judging !== undefined && reports.length > 0) {
      for (const [report, reason] of await judgeReports(transaction, judging, reports)) stops.set(report, reason)
    }
    const unknown = await endAttempts(transaction, of('end'))
    const ends = of('end').filter((end) => !unknown.includes(end))
    if (shared !== undefined) await settleQueue(transaction, shared, of('start'), ends)
    await recordEvents(transaction, of('event'))
    const known = await recordNotices(transaction, of('notice'))
    for (const change of [...late, ...stale, ...unknown, ...known]) refused.add(change)
  }
  if (db instanceof Transaction) await write(db as Transaction<Schema>)
  // What others train may be written meanwhile: each statement says from which state it changes its trials.
  else await db.transaction().setIsolationLevel('read committed').execute(write)
  return refused
}

const none: ReadonlySet<Change> = new Set()

/** A trial that began waits no longer, one that was handed back waits again. */
async function settleQueue(
  db: Transaction<Schema>,
  { sweepId, queue }: SharedWork,
  starts: readonly ChangeOf<'start'>[],
  ends: readonly ChangeOf<'end'>[],
): Promise<void> {
  await queue.done(
    db,
    starts.flatMap(({ job }) => (job === undefined ? [] : [job])),
  )
  for (const { trialId, state, delaySeconds = 0 } of ends) {
    if (state === 'queued') await enqueue(db, queue, sweepId, { ids: [trialId], delaySeconds })
  }
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
