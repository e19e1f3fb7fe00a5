import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { takeBackLost } from '../../src/store/lost-trials.ts'
import { attemptsOf, queuedTrials, requeue, trialById, trialsOf } from '../../src/store/trials.ts'
import { at, end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

async function storeWithTrials() {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const first = ids[0] ?? 0
  /** A process takes the trial, and is gone. */
  const lose = async (attempt: number, resumedEpoch = 0) => {
    await applyChanges(store.db, [start(first, attempt, { resumedEpoch })])
    await takeBackLost(store.db, sweep.id, { limit: 2, at })
  }
  return { store, sweep, ids, first, lose }
}

test('what a process that is gone left running is queued again, and its attempt says what became of it', async () => {
  const { store, first, lose } = await storeWithTrials()
  await lose(1)
  expect(await trialById(store.db, first)).toMatchObject({ state: 'queued', attempt: 1, worker: null, losses: 1 })
  expect(await attemptsOf(store.db, first)).toMatchObject([
    { state: 'lost', finished_at: at, error: `process 1 on here, which trained it since ${at}, was gone` },
  ])
})

test('a trial that takes one process after another with it fails in the end, and comes last until then', async () => {
  const { store, sweep, ids, first, lose } = await storeWithTrials()
  await lose(1)
  await lose(2)
  expect((await queuedTrials(store.db, sweep.id)).map(({ id }) => id)).toEqual([ids[2], ids[1], first])
  await lose(3)
  expect(await trialById(store.db, first)).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(
      /^3 processes in a row ended while they trained it and got no epoch further/,
    ) as string,
  })
  expect(await requeue(store.db, sweep.id, ['failed'])).toBe(1)
  expect(await trialById(store.db, first)).toMatchObject({ state: 'queued', losses: 0, failures: 0 })
})

test('a loss does not count where an epoch was kept since, nor after an end of another kind', async () => {
  const { store, sweep, first, lose } = await storeWithTrials()
  await lose(1)
  await applyChanges(store.db, [
    start(first, 2),
    report(first, { epoch: 1, loss: 1 }, { attempt: 2, checkpoint: { name: 'a', bytes: 1, sha256: 'x' } }),
  ])
  await takeBackLost(store.db, sweep.id, { limit: 2, at })
  expect(await trialById(store.db, first)).toMatchObject({ state: 'queued', losses: 0 })
  await lose(3, 1)
  expect(await trialById(store.db, first)).toMatchObject({ state: 'queued', losses: 1 })
  await applyChanges(store.db, [start(first, 4, { resumedEpoch: 1 }), end(first, 'queued', 4)])
  expect(await trialById(store.db, first)).toMatchObject({ state: 'queued', losses: 0 })
})

test('of a command, which keeps its checkpoints itself, going on from further than before is getting further', async () => {
  const { store, first, lose } = await storeWithTrials()
  await lose(1)
  await lose(2)
  expect(await trialById(store.db, first)).toMatchObject({ losses: 2 })
  await lose(3, 4)
  expect(await trialById(store.db, first)).toMatchObject({ state: 'queued', losses: 0 })
})
