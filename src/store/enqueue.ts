import type { Transaction } from 'kysely'

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

type Waiting = Pick<TrialRow, 'flops' | 'losses' | 'enqueued'>

/** Of trials that somebody named, above all others. */
const named = 1e9

/** Whole numbers of 32 bits: those of FLOPs between 2 and 70 million, of suspects below 0. */
function priorityOf({ flops, losses, enqueued }: Waiting): number {
  if (losses >= lossesOfASuspect) return -losses
  if (enqueued === 1) return named
  return 1 + Math.round(1e6 * Math.log2(1 + (flops ?? 0)))
}
