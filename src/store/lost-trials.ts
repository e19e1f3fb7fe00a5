import { sql, type Kysely } from 'kysely'

import type { SweepQueue } from '../queue/shared-queue.ts'
import { enqueue } from './enqueue.ts'
import type { Schema } from './schema.ts'

interface TakeBack {
  /** Processes that a trial may be lost with, one after the other. */
  readonly limit: number
  readonly at: string
  /** Of a store that hosts share: only trials whose lease is over, which wait in this queue then. */
  readonly shared?: SweepQueue | undefined
}

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
 * Takes back what a process that is gone left running. Each loss counts against its trial, because a trial can take the
 * whole process with it; one that got further than where it began starts from none. A trial that was lost more than
 * `limit` times in a row fails, the others are queued again. Resolves to how many there were.
 */
export async function takeBackLost(
  db: Kysely<Schema>,
  sweepId: number,
  { limit, at, shared }: TakeBack,
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const lost = await transaction
      .selectFrom('trials as t')
      .innerJoin('attempts as a', (join) => join.onRef('a.trial_id', '=', 't.id').onRef('a.attempt', '=', 't.attempt'))
      .select(['t.id', 't.attempt', 't.losses', 'a.host', 'a.pid', 'a.started_at'])
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
    for (const { id, attempt, losses: before, progressed, host, pid, started_at } of lost) {
      const losses = progressed ? 0 : before + 1
      const story = `process ${pid} on ${host}, which trained it since ${started_at}, was gone`
      const isLastStraw = losses > limit
      await transaction
        .updateTable('attempts')
        .set({ state: 'lost', finished_at: at, error: story })
        .where('trial_id', '=', id)
        .where('attempt', '=', attempt)
        .execute()
      await transaction
        .updateTable('trials')
        .set({
          ...{ state: isLastStraw ? 'failed' : 'queued', losses, lease_expires_at: null },
          error: isLastStraw
            ? `${losses} processes in a row ended while they trained it and got no epoch further: does it crash or run out of memory? Last: ${story}`
            : null,
          finished_at: isLastStraw ? at : null,
          ...(isLastStraw ? {} : { worker: null, host: null, pid: null, process_start: null }),
        })
        .where('id', '=', id)
        .execute()
    }
    if (shared !== undefined && lost.length > 0) {
      await enqueue(transaction, shared, sweepId, { ids: lost.map(({ id }) => id) })
    }
    return lost.length
  })
}
