import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import type { Store } from '../../src/store/store.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { deleteSweep } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** A sweep whose trials completed with these accuracies; trial k costs 100·k FLOPs. */
async function completedSweep(store: Store, accuracies: readonly number[], name = 'grid') {
  const sweep = await plannedSweep(store, accuracies.length, name)
  for (const { id, number } of await trialsOf(store.db, sweep.id)) {
    const test_accuracy = accuracies[number - 1] ?? 0
    await applyChanges(store.db, [
      start(id),
      report(id, { epoch: 1, val_loss: 0.5, val_accuracy: 0.5, epoch_seconds: 2 }),
      report(id, { epoch: 2, val_loss: 0.4, val_accuracy: 0.6, epoch_seconds: 1, test_accuracy }),
      end(id, 'completed', 1, { weightsSha256: 'abc' }),
    ])
  }
  return sweep
}

test('results has a row a trial with its last metrics and its mean seconds per epoch', async () => {
  const store = await temporaryStore()
  await completedSweep(store, [0.9])
  const { rows } = await store.query('select * from results')
  expect(rows).toMatchObject([
    {
      sweep: 'grid',
      state: 'completed',
      flops: 100,
      val_loss: 0.4,
      val_accuracy: 0.6,
      test_accuracy: 0.9,
      epoch_seconds: 1.5,
    },
  ])
})

test('results and the view of a sweep say why a trial was stopped', async () => {
  const store = await temporaryStore()
  const sweep = await completedSweep(store, [0.9])
  await store.db.updateTable('trials').set({ state: 'stopped', stop_reason: 'stopped at epoch 2' }).execute()
  await defineSweepView(store.db, sweep, ['depth'], [])
  for (const view of ['results', 'sweep_grid']) {
    const { rows } = await store.query(`select stop_reason from ${view}`)
    expect(rows, view).toEqual([{ stop_reason: 'stopped at epoch 2' }])
  }
})

test('pareto_front has the trials that no other one beats', async () => {
  const store = await temporaryStore()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }), async (levels) => {
      const sweep = await completedSweep(store, levels)
      const { rows } = await store.query('select flops from pareto_front order by flops')
      const naive = levels.flatMap((level, k) =>
        levels.slice(0, k).every((cheaper) => cheaper < level) ? [100 * (k + 1)] : [],
      )
      expect(rows.map((row) => row.flops)).toEqual(naive)
      await deleteSweep(store.db, sweep, new Date())
    }),
    { numRuns: 20 },
  )
})

test('equal trials are both on the front', async () => {
  const store = await temporaryStore()
  const sweep = await completedSweep(store, [0.9, 0.9])
  await store.db.updateTable('trials').set({ flops: 100 }).where('sweep_id', '=', sweep.id).execute()
  expect((await store.query('select * from pareto_front')).rows).toHaveLength(2)
})

test('a sweep has a view of its own with a column a parameter and a column a metric', async () => {
  const store = await temporaryStore()
  const sweep = await completedSweep(store, [0.9], 'mnist-depth-width')
  await defineSweepView(store.db, sweep, ['depth', 'width'], ['test_accuracy', 'val_loss', 'flops'])
  const { columns, rows } = await store.query('select * from sweep_mnist_depth_width')
  expect(columns.slice(0, 4)).toEqual(['trial_id', 'number', 'state', 'attempt'])
  expect(rows).toMatchObject([
    { depth: 1, width: 'wide', test_accuracy: 0.9, val_loss: 0.4, flops: 100, metric_flops: null },
  ])
})

test('deleting a sweep takes everything of it along', async () => {
  const store = await temporaryStore()
  const sweep = await completedSweep(store, [0.9, 0.8])
  await defineSweepView(store.db, sweep, ['depth'], [])
  await deleteSweep(store.db, sweep, new Date())
  for (const table of ['sweeps', 'trials', 'attempts', 'metrics', 'events']) {
    expect((await store.query(`select * from ${table}`)).rows, table).toEqual([])
  }
  await expect(store.query('select * from sweep_grid')).rejects.toThrow(/no such table|does not exist/)
})

const queries = readdirSync('db/queries')

test.each(queries)('the example question %s is answered', async (file) => {
  const store = await temporaryStore()
  await completedSweep(store, [0.9, 0.85, 0.95])
  const { rows } = await store.query(readFileSync(join('db/queries', file), 'utf8'))
  expect(rows.length).toBeGreaterThan(file === 'failures.sql' ? -1 : 0)
})
