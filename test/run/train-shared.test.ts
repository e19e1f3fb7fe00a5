import { onTestFinished, expect, test } from 'vitest'

import { SimulatedWorkers } from '../../bench/cluster/simulated-workers.ts'
import { openArtifacts } from '../../src/artifacts/open.ts'
import { sharedFolder } from '../../src/artifacts/shared-folder.ts'
import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { ProgramFiles } from '../../src/programs/program-files.ts'
import { trainShared } from '../../src/run/train-shared.ts'
import { enqueue } from '../../src/store/enqueue.ts'
import { openStore } from '../../src/store/open.ts'
import { progressOf } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, postgresLocation } from '../store/temporary-store.ts'
import { ignoring, plainSettings } from './plain.ts'

test('a worker that is free takes a trial that comes to wait while another trains', async () => {
  const store = await openStore(postgresLocation(), 'write')
  const shared = await store.openQueue?.()
  onTestFinished(async () => {
    await shared?.close()
    await store.close()
  })
  const sweep = await plannedSweep(store, 2)
  const queue = await shared?.of(sweep.id)
  if (queue === undefined) throw new Error('a store on a server has a queue')
  const [first, second] = await trialsOf(store.db, sweep.id)
  const add = (id: number | undefined) =>
    store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweep.id, { ids: [id ?? 0] }))
  await add(first?.id)

  // The first goes on until the second has begun.
  let begun: () => void = () => undefined
  const secondBegins = new Promise<void>((resolve) => (begun = resolve))
  const program = {
    async train({ params: { depth } }: { readonly params: Readonly<Record<string, unknown>> }) {
      if (depth === 2) begun()
      else await Promise.all([add(second?.id), secondBegins])
    },
  }
  const taken = await trainShared({
    ...{
      store,
      sweep,
      settings: plainSettings,
      files: new ProgramFiles(undefined, '/'),
      queue,
      telling: [],
      artifacts: sharedFolder(openArtifacts('/nowhere')),
      workers: 2,
    },
    ...{ datasets: new TrialDatasets(null), pool: new SimulatedWorkers(program, 2, 0) },
    observer: ignoring,
    ...{ isOver: () => false, isCancelled: () => false, signal: new AbortController().signal },
  })
  expect(taken).toBe(2)
  expect(await progressOf(store.db, sweep.id)).toMatchObject({ completed: 2 })
}, 20_000)
