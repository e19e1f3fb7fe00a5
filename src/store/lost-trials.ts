import { sql, type Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/**
 * Takes back what a process that is gone left running. Each loss counts against its trial, because a trial can take the
 * whole process with it; one that got further than where it began starts from none. A trial that was lost more than
 * `limit` times in a row fails, the others are queued again.
 */
export async function takeBackLost(
  db: Kysely<Schema>,
  sweepId: number,
  { limit, at }: { readonly limit: number; readonly at: string },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
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
  })
}
