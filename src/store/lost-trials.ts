import { sql, type Kysely, type Transaction } from 'kysely'

import type { SweepQueue } from '../queue/shared-queue.ts'
import { lastHeard } from './coordinators.ts'
import { enqueue } from './enqueue.ts'
import { inTransaction } from './in-transaction.ts'
import { discountRungs } from './rungs.ts'
import { storedSettings, type SweepSettings } from '../sweep/definition.ts'
import type { Schema } from './schema.ts'

/** True if a trial of a sweep has a lease that is over. */
export async function anyExpired(db: Kysely<Schema>, sweepId: number, at: string): Promise<boolean> {
  const row = await db
    .selectFrom('trials')
    .select('id')
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'running')
    .where('lease_expires_at', '<=', at)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * How many processes more than attempts may be lost in a row over a trial: who ends one by force, or loses power, does not
 * mean the trial.
 */
const sparedLosses = 2

/** How often in a row a trial of a sweep may be lost. */
export function lossLimit({ retries }: Pick<SweepSettings, 'retries'>): number {
  return retries + sparedLosses
}

/** Trials that have failed because they were lost too often, with why. */
type FailedByLoss = ReadonlyMap<number, string>

interface LossOptions {
  readonly limit: number
  readonly at: string
  /** Of a store that hosts share: only trials whose lease is over, which wait in this queue then. */
  readonly shared?: SweepQueue
}

/**
 * Takes back what a process that is gone left running. Each loss counts against its trial, because a trial can take the
 * whole process with it; one that got further than where it began starts from none. A trial that was lost more than
 * `limit` times in a row fails, the others are queued again. Resolves to how many there were.
 */
export function takeBackLost(db: Kysely<Schema>, sweepId: number, options: LossOptions): Promise<FailedByLoss> {
  return inTransaction(db, (transaction) => takeBackIn(transaction, sweepId, options))
}

/** The same for every sweep; nobody may run one. */
export async function takeBackAllLost(db: Transaction<Schema>, at: string): Promise<FailedByLoss> {
  const sweeps = await db
    .selectFrom('sweeps')
    .select(['id', 'settings'])
    .where('id', 'in', db.selectFrom('trials').select('sweep_id').where('state', '=', 'running'))
    .execute()
  const failed: [trialId: number, error: string][] = []
  for (const sweep of sweeps) {
    failed.push(...(await takeBackIn(db, sweep.id, { limit: lossLimit(storedSettings(sweep)), at })))
  }
  return new Map(failed)
}

async function takeBackIn(
  db: Transaction<Schema>,
  sweepId: number,
  { limit, at, shared }: LossOptions,
): Promise<FailedByLoss> {
  const lost = await db
    .selectFrom('trials as t')
    .innerJoin('attempts as a', (join) => join.onRef('a.trial_id', '=', 't.id').onRef('a.attempt', '=', 't.attempt'))
    .select(['t.id', 't.attempt', 't.losses', 't.stop_reason', 't.lease_expires_at'])
    .select(['a.host', 'a.pid', 'a.started_at'])
    // A checkpoint shows that it got further; without any (a command), that it went on from further than the one before.
    .select(
      sql<number>`coalesce(
        (select max(f.epoch) > a.resumed_epoch from artifacts f where f.trial_id = t.id),
        (select p.resumed_epoch < a.resumed_epoch from attempts p
          where p.trial_id = t.id and p.attempt = t.attempt - 1),
        false
      )`.as('progressed'),
    )
    .where('t.sweep_id', '=', sweepId)
    .where('t.state', '=', 'running')
    .$if(shared !== undefined, (all) => all.where('t.lease_expires_at', '<=', at))
    .execute()
  const failed = new Map<number, string>()
  for (const {
    id,
    attempt,
    losses: before,
    progressed,
    stop_reason,
    host,
    pid,
    started_at,
    lease_expires_at,
  } of lost) {
    const losses = progressed ? 0 : before + 1
    const story = `process ${pid} on ${host}, which trained it since ${started_at}, was gone`
    const error =
      losses > limit && stop_reason === null
        ? `${losses} processes in a row ended while they trained it and got no epoch further: does it crash or run out of memory? Last: ${story}`
        : null
    if (error !== null) {
      failed.set(id, error)
      await discountRungs(db, id)
    }
    // What was told to stop, and had no time to, has stopped.
    const state = error !== null ? 'failed' : stop_reason !== null ? 'stopped' : 'queued'
    await db
      .updateTable('attempts')
      .set({ state: 'lost', finished_at: lastHeard({ started_at, lease_expires_at }, at), error: story })
      .where('trial_id', '=', id)
      .where('attempt', '=', attempt)
      .execute()
    await db
      .updateTable('trials')
      .set({
        ...{ losses, error, lease_expires_at: null },
        ...(state === 'queued'
          ? { state, finished_at: null, worker: null, host: null, pid: null, process_start: null }
          : { state, finished_at: at }),
      })
      .where('id', '=', id)
      .execute()
  }
  if (shared !== undefined && lost.length > 0) {
    await enqueue(db, shared, sweepId, { ids: lost.map(({ id }) => id) })
  }
  return failed
}
