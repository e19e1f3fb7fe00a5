import type { Kysely } from 'kysely'

import { lastHeard } from './coordinators.ts'
import type { Schema } from './schema.ts'

export interface TrainingTime {
  /** While at least one of its trials was trained, wherever. */
  readonly seconds: number
  /** The same for each host by itself, in sum. */
  readonly hostSeconds: number
}

/** How long a sweep has been trained, from its attempts: the time between two runs of it does not count. */
export async function trainingTime(db: Kysely<Schema>, sweepId: number, now: Date): Promise<TrainingTime> {
  const attempts = await db
    .selectFrom('attempts')
    .innerJoin('trials', 'trials.id', 'attempts.trial_id')
    .select(['attempts.host', 'attempts.started_at', 'attempts.finished_at', 'trials.lease_expires_at'])
    .where('trials.sweep_id', '=', sweepId)
    .orderBy('attempts.started_at')
    .execute()
  const ends = new Map<string, number>()
  let [end, ms, hostMs] = [0, 0, 0]
  for (const { host, started_at, finished_at, lease_expires_at } of attempts) {
    // Its process may be gone, and nobody have found it yet.
    const until = finished_at ?? lastHeard({ started_at, lease_expires_at }, now.toISOString())
    const [from, to] = [Date.parse(started_at), Date.parse(until)]
    ms += beyond(end, from, to)
    end = Math.max(end, to)
    const itsEnd = ends.get(host) ?? 0
    hostMs += beyond(itsEnd, from, to)
    ends.set(host, Math.max(itsEnd, to))
  }
  return { seconds: ms / 1000, hostSeconds: hostMs / 1000 }
}

/** What a stretch of time adds to those before it, which began no later and end at `end`. */
function beyond(end: number, from: number, to: number): number {
  return Math.max(0, to - Math.max(from, end))
}
