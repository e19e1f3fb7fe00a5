import type { Transaction } from 'kysely'

import type { SweepQueue } from '../queue/shared-queue.ts'
import type { Schema } from './schema.ts'

/** Rows that a statement names at most. */
const mostIds = 10_000

/**
 * Adds trials of a sweep that wait to the queue that hosts take from: those that are named, or all. The costliest come
 * first: a long one that starts last would leave other workers idle. One that processes were lost over comes after all
 * others; from the second time it is taken alone, so that it takes no other trial with it.
 */
export async function enqueue(
  db: Transaction<Schema>,
  queue: SweepQueue,
  sweepId: number,
  { ids, delaySeconds = 0 }: { readonly ids?: readonly number[]; readonly delaySeconds?: number } = {},
): Promise<void> {
  const waiting = db
    .selectFrom('trials')
    .select(['id', 'flops', 'losses'])
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'queued')
  const add = async (
    rows: readonly { readonly id: number; readonly flops: number | null; readonly losses: number }[],
  ) =>
    queue.add(
      db,
      rows.map(({ id, flops, losses }) => ({ id, priority: priorityOf(flops, losses), delaySeconds })),
    )
  if (ids === undefined) {
    await add(await waiting.orderBy('number').execute())
    return
  }
  for (let from = 0; from < ids.length; from += mostIds) {
    await add(await waiting.where('id', 'in', ids.slice(from, from + mostIds)).execute())
  }
}

/** Whole numbers of 32 bits: those of FLOPs between 2 and 30 million, of suspects below. */
function priorityOf(flops: number | null, losses: number): number {
  if (losses >= 2) return -losses
  if (losses === 1) return 0
  return 1 + Math.round(1e6 * Math.log2(1 + (flops ?? 0)))
}
