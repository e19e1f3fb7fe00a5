import { expect, test } from 'vitest'

import type { SweepQueue } from '../../src/queue/shared-queue.ts'
import { enqueue } from '../../src/store/enqueue.ts'
import type { Store } from '../../src/store/store.ts'
import { queuedTrials, trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** In the order in which hosts would take them. */
async function takenFirst(store: Store, sweepId: number): Promise<number[]> {
  const waiting: { id: number; priority: number }[] = []
  const queue: SweepQueue = {
    add: (_, trials) => Promise.resolve(void waiting.push(...trials)),
    held: () => Promise.resolve(new Map()),
    take: () => Promise.resolve([]),
    done: () => Promise.resolve(),
  }
  await store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweepId))
  return waiting.toSorted((a, b) => b.priority - a.priority).map(({ id }) => id)
}

test('a trial that a process was lost over keeps its place, and comes last from the second time, on one machine and on hosts', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [small = 0, middle = 0, large = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const orders = async () => [
    (await queuedTrials(store.db, sweep.id)).map(({ id }) => id),
    await takenFirst(store, sweep.id),
  ]
  const lose = (losses: number) => store.db.updateTable('trials').set({ losses }).where('id', '=', large).execute()
  await lose(1)
  expect(await orders()).toEqual([
    [large, middle, small],
    [large, middle, small],
  ])
  await lose(2)
  expect(await orders()).toEqual([
    [middle, small, large],
    [middle, small, large],
  ])
})
