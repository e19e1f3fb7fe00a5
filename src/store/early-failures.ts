import type { Kysely } from 'kysely'

import type { AttemptRow, Schema, SweepRow } from './schema.ts'

/** A failed attempt with its trial's parameters, as JSON. */
export type FailedAttempt = Pick<AttemptRow, 'trial_id' | 'attempt' | 'error' | 'stack' | 'exit_code' | 'signal'> & {
  readonly params: string
}

/** More than a sweep has before it is decided whether it goes on. */
const mostRead = 10_000

/**
 * Returns the failed attempts of a sweep since it ended last, of the program that it has now, in the order of their ends.
 * Returns none once a trial has reported or completed, and while a trial trains on a host on which none has failed: there
 * the program may work.
 */
export async function failuresBeforeAnyReport(
  db: Kysely<Schema>,
  { id, program_sha256 }: Pick<SweepRow, 'id' | 'program_sha256'>,
): Promise<readonly FailedAttempt[]> {
  const reported = await db
    .selectFrom('sweep_metrics')
    .select('name')
    .where('sweep_id', '=', id)
    .where('reported', '=', 1)
    .limit(1)
    .executeTakeFirst()
  const done = await db
    .selectFrom('trials')
    .select('id')
    .where('sweep_id', '=', id)
    .where('state', 'in', ['completed', 'stopped'])
    .limit(1)
    .executeTakeFirst()
  if (reported !== undefined || done !== undefined) return []
  const end = await lastEnd(db, id)
  const attempts = await db
    .selectFrom('attempts as a')
    .innerJoin('trials as t', 't.id', 'a.trial_id')
    .select(['a.trial_id', 'a.attempt', 'a.state', 'a.host', 'a.pid', 'a.program_sha256'])
    .select(['a.error', 'a.stack', 'a.exit_code', 'a.signal', 't.params'])
    .where('t.sweep_id', '=', id)
    .where('a.state', 'in', ['failed', 'running'])
    .$if(end !== undefined, (all) => all.where('a.started_at', '>', end?.at ?? ''))
    .orderBy('a.finished_at')
    .orderBy('a.trial_id')
    .limit(mostRead)
    .execute()
  const failed = attempts.filter((attempt) => attempt.state === 'failed' && attempt.program_sha256 === program_sha256)
  const hosts = new Set(failed.map(({ host, pid }) => `${pid} ${host}`))
  const mayWork = attempts.some(({ state, host, pid }) => state === 'running' && !hosts.has(`${pid} ${host}`))
  return mayWork ? [] : failed
}

/** Returns the trial whose failure ended a sweep, if its end is the last thing that happened to it. */
export async function trialThatEnded(
  db: Kysely<Schema>,
  { id, ended_because }: Pick<SweepRow, 'id' | 'ended_because'>,
): Promise<number | undefined> {
  const end = ended_because === null ? undefined : await lastEnd(db, id)
  return end?.trial_id ?? undefined
}

function lastEnd(db: Kysely<Schema>, sweepId: number) {
  return db
    .selectFrom('events')
    .select(['at', 'trial_id'])
    .where('sweep_id', '=', sweepId)
    .where('kind', '=', 'ended')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}
