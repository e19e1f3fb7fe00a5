import type { Kysely, Transaction } from 'kysely'

import { SwathError } from '../errors.ts'
import { isAlive, livenessBy } from './coordinators.ts'
import type { CoordinatorRow, Schema } from './schema.ts'

/** A process that runs a sweep now. */
export interface LiveRun {
  readonly sweep: string
  readonly host: string
  readonly pid: number
}

interface AttemptKey {
  readonly trialId: number
  readonly attempt: number
}

/** What processes that are gone have left behind. */
export interface LostRuns {
  /** Still `running`, trained by nobody. */
  readonly trials: readonly AttemptKey[]
  /** Still `running`, of trials that are not. */
  readonly attempts: readonly AttemptKey[]
  readonly coordinators: readonly Pick<CoordinatorRow, 'sweep_id' | 'host' | 'pid' | 'process_start' | 'heartbeat_at'>[]
}

/** Who runs a sweep of this store now: whoever coordinates one, and whoever trains a trial. */
export async function liveRuns(db: Kysely<Schema>, now: Date): Promise<LiveRun[]> {
  const { coordinators, trials } = await look(db)
  const runs = [
    ...coordinators.filter((row) => isAlive(row, now)),
    ...trials.filter((trial) => isTrained(trial, now)),
  ].map(({ sweep, host, pid }): LiveRun => ({ sweep, host: host ?? '', pid: pid ?? 0 }))
  return [...new Map(runs.map((run) => [JSON.stringify(run), run])).values()]
}

/** Throws SwathError('sweep-busy') if somebody runs a sweep of this store, or this one sweep of it. */
export async function refuseLiveRuns(db: Kysely<Schema>, now: Date, { sweep }: { sweep?: string } = {}): Promise<void> {
  const run = (await liveRuns(db, now)).find((each) => sweep === undefined || each.sweep === sweep)
  if (run === undefined) return
  throw new SwathError('sweep-busy', `${run.sweep} is being run by process ${run.pid} on ${run.host}`, {
    hint: `stop it first: swath cancel ${run.sweep}`,
  })
}

/** The trials that train now, whose files may be there before their rows. */
export async function trainingTrials(db: Kysely<Schema>, now: Date): Promise<Set<number>> {
  const { coordinators, trials } = await look(db)
  return new Set(heldTrials(coordinators, trials, now).map(({ id }) => id))
}

/**
 * Looks twice: a process that ended after the first look, and before anybody asked whether it runs, has left the store in
 * order by the second.
 */
export async function lostRuns(db: Kysely<Schema>, now: Date): Promise<LostRuns> {
  const first = lostAt(await look(db), now)
  if (first.trials.length + first.attempts.length + first.coordinators.length === 0) return first
  const second = lostAt(await look(db), now)
  return {
    trials: inBoth(first.trials, second.trials),
    attempts: inBoth(first.attempts, second.attempts),
    coordinators: inBoth(first.coordinators, second.coordinators),
  }
}

/** Puts what was left running back in the queue, and forgets the processes that ran it. */
export async function releaseLostRuns(db: Transaction<Schema>, lost: LostRuns, at: string): Promise<void> {
  for (const { trialId, attempt } of lost.trials) {
    await db
      .updateTable('trials')
      .set({
        ...{ state: 'queued', worker: null, host: null, pid: null, process_start: null, lease_expires_at: null },
        ...{ error: null, finished_at: null },
      })
      .where('id', '=', trialId)
      .where('attempt', '=', attempt)
      .where('state', '=', 'running')
      .execute()
  }
  for (const { trialId, attempt } of [...lost.trials, ...lost.attempts]) {
    await db
      .updateTable('attempts')
      .set({ state: 'lost', finished_at: at })
      .where('trial_id', '=', trialId)
      .where('attempt', '=', attempt)
      .where('state', '=', 'running')
      .execute()
  }
  for (const { sweep_id, process_start, heartbeat_at } of lost.coordinators) {
    await db
      .deleteFrom('coordinators')
      .where('sweep_id', '=', sweep_id)
      .where('process_start', '=', process_start)
      .where('heartbeat_at', '=', heartbeat_at)
      .execute()
  }
}

/** As if all who run sweeps were gone: for a copy of a store, which nobody runs. */
export async function releaseAllRuns(db: Transaction<Schema>, at: string): Promise<void> {
  const { coordinators, trials, attempts } = await look(db)
  await releaseLostRuns(db, { coordinators, trials: trials.map(keyOf), attempts: attempts.map(keyOf) }, at)
}

type Look = Awaited<ReturnType<typeof look>>
type RunningTrial = Look['trials'][number]

/** All at one moment. */
function look(db: Kysely<Schema>) {
  return db.isTransaction ? lookIn(db) : db.transaction().setAccessMode('read only').execute(lookIn)
}

async function lookIn(db: Kysely<Schema>) {
  const livenessOf = await livenessBy(db)
  const withLiveness = <T extends Parameters<typeof livenessOf>[0]>(row: T) => ({ ...row, liveness: livenessOf(row) })
  const coordinators = await db
    .selectFrom('coordinators')
    .innerJoin('sweeps', 'sweeps.id', 'coordinators.sweep_id')
    .select(['sweep_id', 'sweeps.name as sweep', 'host', 'pid', 'process_start', 'heartbeat_at'])
    .execute()
  const trials = await db
    .selectFrom('trials')
    .innerJoin('sweeps', 'sweeps.id', 'trials.sweep_id')
    .select([
      'trials.id',
      'sweep_id',
      'sweeps.name as sweep',
      'attempt',
      'host',
      'pid',
      'process_start',
      'lease_expires_at',
    ])
    .where('state', '=', 'running')
    .execute()
  const attempts = await db
    .selectFrom('attempts')
    .innerJoin('trials', 'trials.id', 'attempts.trial_id')
    .select(['trials.id', 'attempts.attempt'])
    .where('attempts.state', '=', 'running')
    .where((each) =>
      each.or([each('trials.state', '!=', 'running'), each('trials.attempt', '!=', each.ref('attempts.attempt'))]),
    )
    .execute()
  return { coordinators: coordinators.map(withLiveness), trials: trials.map(withLiveness), attempts }
}

function lostAt({ coordinators, trials, attempts }: Look, now: Date): LostRuns {
  const held = new Set(heldTrials(coordinators, trials, now))
  return {
    trials: trials.filter((trial) => !held.has(trial)).map(keyOf),
    attempts: attempts.map(keyOf),
    coordinators: coordinators
      .filter((row) => !isAlive(row, now))
      .map(({ sweep_id, host, pid, process_start, heartbeat_at }) => {
        return { sweep_id, host, pid, process_start, heartbeat_at }
      }),
  }
}

/** Whoever coordinates a sweep answers for its trials. */
function heldTrials(coordinators: Look['coordinators'], trials: Look['trials'], now: Date): RunningTrial[] {
  const coordinated = new Set(coordinators.filter((row) => isAlive(row, now)).map((row) => row.sweep_id))
  return trials.filter((trial) => coordinated.has(trial.sweep_id) || isTrained(trial, now))
}

/** By a process that has not ended, and has not let its lease expire. */
function isTrained({ liveness, lease_expires_at }: RunningTrial, now: Date): boolean {
  if (lease_expires_at === null) return liveness === 'running'
  return liveness !== 'ended' && Date.parse(lease_expires_at) > now.getTime()
}

function keyOf({ id, attempt }: { readonly id: number; readonly attempt: number }): AttemptKey {
  return { trialId: id, attempt }
}

function inBoth<T extends object>(first: readonly T[], second: readonly T[]): T[] {
  const known = new Set(second.map((each) => JSON.stringify(each)))
  return first.filter((each) => known.has(JSON.stringify(each)))
}
