import { afterEach, expect, test, vi } from 'vitest'

import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { Limits } from '../../src/run/limits.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A sweep of three trials with a budget of two, in a store that takes a second to answer. */
async function withinBudget() {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store, 3)
  await store.db.updateTable('sweeps').set({ settings: '{"budget":{"trials":2}}' }).where('id', '=', id).execute()
  let clock = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1_000))
  const limits = new Limits(store, { id, program_sha256: null }, new TrialDatasets(null))
  const complete = (count: number) =>
    store.db
      .updateTable('trials')
      .set({ state: 'completed', attempt: 1 })
      .where('sweep_id', '=', id)
      .where('number', '<=', count)
      .execute()
  return { limits, complete }
}

test('a slow store is not asked about the limits at each trial', async () => {
  const { limits, complete } = await withinBudget()
  await complete(1)
  expect(await limits.reached()).toBeUndefined()
  await complete(2)
  expect(await limits.reached()).toBeUndefined()
})

test('the last question is asked however slow the store is, so that a sweep that spent its budget says so', async () => {
  const { limits, complete } = await withinBudget()
  await complete(1)
  expect(await limits.reached()).toBeUndefined()
  await complete(2)
  expect(await limits.reached({ isLast: true })).toBe('the budget of 2 trials is spent')
})
