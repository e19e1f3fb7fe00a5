import { enqueue } from '../../src/store/enqueue.ts'
import { reconcileQueue } from '../../src/store/reconcile-queue.ts'
import { progressOf, sweepsThatWait } from '../../src/store/sweeps.ts'
import { plan } from './trials.ts'
import type { Measured } from './trial-cost.ts'

export interface QueueCost {
  readonly waiting: number
  /** Seconds to add all of them, and to find that all are there, which whoever begins to act for a sweep does. */
  readonly addSeconds: number
  readonly addAgainSeconds: number
  /** Medians, of taking one, of taking thirty-two, of what a watcher asks twice a second, and an idle host each second. */
  readonly takeOneMs: number
  readonly takeManyMs: number
  readonly progressMs: number
  readonly waitsMs: number
}

/** What it costs to take trials from a queue of such a length, and to ask how far its sweep is. */
export async function queueCost({ store, queueOf, server }: Measured, waiting: number): Promise<QueueCost> {
  const sweep = await plan(store, waiting, `waiting-${waiting}`)
  const queue = await queueOf(sweep.id)
  const addAll = () => store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweep.id))
  const addSeconds = (await timed(addAll)) / 1000
  const addAgainSeconds = (await timed(() => reconcileQueue(store.db, queue, sweep.id))) / 1000
  await server.query('vacuum analyze')
  return {
    ...{ waiting, addSeconds, addAgainSeconds },
    takeOneMs: await median(21, () => queue.take(1, { alone: false })),
    takeManyMs: await median(11, () => queue.take(32, { alone: false })),
    progressMs: await median(7, () => progressOf(store.db, sweep.id)),
    waitsMs: await median(7, () => sweepsThatWait(store.db)),
  }
}

export async function median(rounds: number, act: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await timed(act))
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await act()
  return performance.now() - started
}
