import { expect, test } from 'vitest'

import { readSweep } from '../../src/cli/show-sweep.ts'
import { paretoResults } from '../../src/results/pareto.ts'
import { applyChanges } from '../../src/store/changes.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { swath, workFolder } from '../end-to-end/swath.ts'
import { end, report, start } from '../store/change-of.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

/** Ten trials of depth 1 to 10, each better and costlier than the one before. */
async function longSweep(store: Store) {
  const sweep = await plannedSweep(store, 10)
  const parameters = { depth: { min: 1, max: 10 }, width: { value: 'wide' } }
  await store.db
    .updateTable('sweeps')
    .set({ definition: JSON.stringify({ parameters }), settings: '{}' })
    .execute()
  const trials = await trialsOf(store.db, sweep.id)
  await applyChanges(
    store.db,
    trials.flatMap(({ id, number }) => [
      start(id),
      report(id, { epoch: 1, val_loss: 1 / number, epoch_seconds: 2 }),
      report(id, { epoch: 2, val_loss: 1 / number, epoch_seconds: 1 }),
      end(id, 'completed'),
    ]),
  )
  return { ...sweep, definition: JSON.stringify({ parameters }), settings: '{}' }
}

test('of a long sweep the first trials are read, with their metrics and all that varies', async () => {
  const store = await temporaryStore()
  const sweep = await longSweep(store)
  const { trials, varying } = await readSweep(store, sweep, 1)
  expect(trials.map(({ params, metrics }) => [params.depth, Object.fromEntries(metrics)])).toEqual([
    [1, { val_loss: 1, epoch_seconds: 1.5 }],
  ])
  // One trial alone would say that nothing does.
  expect(varying).toEqual(['depth'])
  expect((await readSweep(store, sweep, undefined)).trials).toHaveLength(10)
})

test('of a long front the best are read', async () => {
  const store = await temporaryStore()
  const sweep = await longSweep(store)
  const { rows, hidden, axes } = await paretoResults(store, sweep, { limit: 2 })
  expect(axes).toMatchObject([{ key: 'flops' }, { key: 'val_loss', goal: 'minimize' }])
  expect(rows).toMatchObject([
    { params: { depth: 10 }, place: 'front', values: [1000, 0.1] },
    { params: { depth: 9 }, place: 'front', values: [900, 1 / 9] },
  ])
  expect(hidden).toBe(8)
  await expect(paretoResults(store, sweep, { limit: 2, y: 'val_los' })).rejects.toThrow('did you mean val_loss?')
})

test('people are told how many rows they do not see; programs get every row', async () => {
  const store = await temporaryStore()
  await longSweep(store)
  const ask = (...args: string[]) => swath([...args, '--store', store.location], workFolder())
  expect((await ask('show', 'grid', '--limit', '3')).stdout).toMatch(/… and 7 more: --limit N/)
  expect((await ask('show', 'grid')).stdout).not.toMatch(/more/)
  expect((await ask('pareto', 'grid', '--limit', '3')).stdout).toMatch(/… and 7 more: --limit N/)
  expect(JSON.parse((await ask('show', 'grid', '--json')).stdout)).toMatchObject({ trials: { length: 10 } })
  expect(JSON.parse((await ask('pareto', 'grid', '--json')).stdout)).toHaveLength(10)
  expect(await ask('show', 'grid', '--limit', '0')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected a whole number from 1') as string,
  })
})
