import type { Kysely } from 'kysely'

import type { Report } from '../programs/program.ts'
import { leaseEnd } from './coordinators.ts'
import type { Schema, TrialRow } from './schema.ts'

/** What somebody who watches a sweep is shown of a trial. */
export type WatchedTrial = Pick<
  TrialRow,
  'id' | 'host' | 'process_start' | 'worker' | 'params' | 'state' | 'error' | 'stop_reason' | 'weights_sha256'
>

const columns = [
  'id',
  'host',
  'process_start',
  'worker',
  'params',
  'state',
  'error',
  'stop_reason',
  'weights_sha256',
] as const
/** What anybody can look at; short trials that end between two looks come by thousands. */
export const mostWatched = 5_000

export function runningTrials(db: Kysely<Schema>, sweepId: number): Promise<WatchedTrial[]> {
  return db
    .selectFrom('trials')
    .select(columns)
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'running')
    .orderBy('id')
    .limit(mostWatched)
    .execute()
}

/** The time to look from: the latest end that was seen, or `now` where the clock was set back since. */
export function lookFrom(latestEnd: string, now: Date): string {
  const at = now.toISOString()
  return latestEnd > at ? at : latestEnd
}

/** Trials that ended at `since` or later by a clock that says `now`, in the order of time. */
export async function endedSince(
  db: Kysely<Schema>,
  sweepId: number,
  { since, now }: { readonly since: string; readonly now: Date },
): Promise<(WatchedTrial & { readonly finished_at: string })[]> {
  const rows = await db
    .selectFrom('trials')
    .select([...columns, 'finished_at'])
    .where('sweep_id', '=', sweepId)
    .where('finished_at', '>=', since)
    // Later ends were stored before the clock was set back.
    .where('finished_at', '<=', leaseEnd(now))
    .orderBy('finished_at')
    .orderBy('id')
    .limit(mostWatched)
    .execute()
  return rows.map((row) => ({ ...row, finished_at: row.finished_at ?? '' }))
}

/** What each of these trials reported last. */
export async function lastReports(db: Kysely<Schema>, trialIds: readonly number[]): Promise<Map<number, Report>> {
  if (trialIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('trial_metrics')
    .select(['trial_id', 'name', 'value', 'epochs'])
    .where('trial_id', 'in', trialIds)
    .execute()
  const reports = new Map<number, Report>()
  for (const { trial_id, name, value, epochs } of rows) {
    const known = reports.get(trial_id)
    if (known === undefined || epochs > known.epoch) reports.set(trial_id, { epoch: epochs, [name]: value })
    else if (epochs === known.epoch) reports.set(trial_id, { ...known, [name]: value })
  }
  return reports
}
