import { expect, test } from 'vitest'

import { paretoResults } from '../../src/results/pareto.ts'
import { readableParameters, storedParameters } from '../../src/store/trial-parameters.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

test.each(['{', '', '3', 'null', '[1]', '"x"'])(
  '%j in a row of parameters names the trial, or counts as none',
  (params) => {
    expect(() => storedParameters({ id: 7, params })).toThrow(/the parameters in the row of trial 7 are damaged/)
    expect(readableParameters({ params })).toEqual({})
  },
)

test('a damaged row of one sweep leaves the others readable', async () => {
  const store = await temporaryStore()
  const damaged = await plannedSweep(store, 2, 'damaged')
  const sound = await plannedSweep(store, 2, 'sound')
  await store.db.updateTable('trials').set({ state: 'completed', finished_at: '2026-01-01T00:00:00.000Z' }).execute()
  await store.db
    .updateTable('trials')
    .set({ params: '{' })
    .where('sweep_id', '=', damaged.id)
    .where('number', '=', 1)
    .execute()
  const options = { x: 'flops', y: 'parameter_count', limit: undefined, seeds: true }
  await expect(paretoResults(store, damaged, options)).rejects.toMatchObject({
    code: 'store',
    message: expect.stringContaining('trial 1 ') as string,
    hint: expect.stringContaining('other sweeps') as string,
  })
  expect((await paretoResults(store, sound, options)).rows).toBeDefined()
})
