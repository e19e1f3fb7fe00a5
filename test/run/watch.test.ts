import { expect, onTestFinished, test } from 'vitest'

import type { SweepQueue } from '../../src/queue/shared-queue.ts'
import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { Limits } from '../../src/run/limits.ts'
import { watchSweep } from '../../src/run/watch.ts'
import { enqueue } from '../../src/store/enqueue.ts'
import { openStore } from '../../src/store/open.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, postgresLocation } from '../store/temporary-store.ts'
import { ignoring, plainSettings } from './plain.ts'

test('who begins to act for a sweep adds to the queue what is missing there, and nothing else', async () => {
  const store = await openStore(postgresLocation(), 'write')
  const shared = await store.openQueue?.()
  onTestFinished(async () => {
    await shared?.close()
    await store.close()
  })
  const sweep = await plannedSweep(store, 3)
  const queue = await shared?.of(sweep.id)
  if (queue === undefined) throw new Error('a store on a server has a queue')
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweep.id, { ids: ids.slice(0, 2) }))
  // A host has taken one, and not begun it.
  await queue.take(1, { alone: false })

  const added: number[] = []
  const recording: SweepQueue = {
    ...queue,
    add(transaction, trials) {
      added.push(...trials.map(({ id }) => id))
      return queue.add(transaction, trials)
    },
  }
  const watchOnce = () =>
    watchSweep({
      ...{ store, queue: recording, sweep, settings: plainSettings, observer: ignoring, signal: AbortSignal.abort() },
      limits: new Limits(store, sweep, new TrialDatasets(null)),
      outlook: { trials: 3, work: new Map(), parameters: ['depth'], telling: ['depth'] },
    })
  expect(await watchOnce()).toMatchObject({ queued: 3 })
  expect(added).toEqual([ids[2]])
  expect([...(await queue.held()).keys()].toSorted((a, b) => a - b)).toEqual(ids)
  await watchOnce()
  expect(added).toEqual([ids[2]])
})
