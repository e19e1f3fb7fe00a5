import type { Kysely, Transaction } from 'kysely'

import type { SweepQueue } from '../queue/shared-queue.ts'
import type { Schema, TrialRow } from './schema.ts'
import { lossesOfASuspect } from './trials.ts'

/** Rows that a statement names at most. */
const mostIds = 10_000

/**
 * Adds trials of a sweep that wait to the queue that hosts take from: those that are named, or all. The costliest come
 * first: a long one that starts last would leave other workers idle. One that processes were lost over twice comes after all
 * others and is taken alone, so that it takes no other trial with it.
 */
export async function enqueue(
  db: Transaction<Schema>,
  queue: SweepQueue,
  sweepId: number,
  { ids, delaySeconds = 0 }: { readonly ids?: readonly number[]; readonly delaySeconds?: number } = {},
): Promise<void> {
  const waiting = db
    .selectFrom('trials')
    .select(['id', 'flops', 'losses', 'enqueued'])
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'queued')
  const add = async (rows: readonly (Pick<TrialRow, 'id'> & Waiting)[]) =>
    queue.add(
      db,
      rows.map(({ id, ...trial }) => ({ id, priority: priorityOf(trial), delaySeconds })),
    )
  if (ids === undefined) {
    await add(await waiting.orderBy('number').execute())
    return
  }
  for (let from = 0; from < ids.length; from += mostIds) {
    await add(await waiting.where('id', 'in', ids.slice(from, from + mostIds)).execute())
  }
}

/** Adds those of a sweep that wait and are not in its queue: who queued them had none, or it was lost. */
export async function enqueueMissing(db: Kysely<Schema>, queue: SweepQueue, sweepId: number): Promise<void> {
  const waiting = await db
    .selectFrom('trials')
    .select('id')
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'queued')
    .execute()
  if (waiting.length === 0) return
  const held = await queue.held()
  const ids = waiting.map(({ id }) => id).filter((id) => !held.has(id))
  // Nobody reports while a transaction like this one goes on: most often there is nothing to add.
  if (ids.length > 0) await db.transaction().execute((transaction) => enqueue(transaction, queue, sweepId, { ids }))
}

type Waiting = Pick<TrialRow, 'flops' | 'losses' | 'enqueued'>

/** Of trials that somebody named, above all others. */
const named = 1e9

/** Whole numbers of 32 bits: those of FLOPs between 2 and 70 million, of suspects below 0. */
function priorityOf({ flops, losses, enqueued }: Waiting): number {
  if (losses >= lossesOfASuspect) return -losses
  if (enqueued === 1) return named
  return 1 + Math.round(1e6 * Math.log2(1 + (flops ?? 0)))
}
