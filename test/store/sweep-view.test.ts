import fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { defineSweepView, mostColumns } from '../../src/store/sweep-view.ts'
import { metricNamesOf } from '../../src/store/sweep-metrics.ts'
import { metricsOf, trialsOf } from '../../src/store/trials.ts'
import { runs, tally } from '../fuzz.ts'
import { report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

async function storeWithTrial() {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 1)
  const [trial] = await trialsOf(store.db, sweep.id)
  const trialId = trial?.id ?? 0
  await applyChanges(store.db, [start(trialId)])
  return { store, sweep, trialId }
}

test('names that differ in their case alone have columns of their own', async () => {
  const { store, sweep, trialId } = await storeWithTrial()
  const metrics = { loss: 1, Loss: 2, LOSS: 3, flops: 4, Flops: 5, metric_flops: 6, number: 7, trial_ID: 8 }
  await applyChanges(store.db, [report(trialId, { epoch: 1, ...metrics })])
  await defineSweepView(store.db, sweep, ['depth', 'Depth'], await metricNamesOf(store.db, sweep.id))
  const { columns, rows } = await store.query('select * from sweep_grid')
  expect(columns.slice(10)).toEqual(
    // In the order of their names, capitals first.
    ['depth', 'param_Depth', 'metric_Flops', 'LOSS', 'metric_Loss', 'metric_flops_2', 'metric_loss_2'].concat([
      ...['metric_metric_flops', 'metric_number', 'metric_trial_ID'],
    ]),
  )
  expect(Object.values(rows[0] ?? {}).slice(12)).toEqual([5, 3, 2, 4, 1, 6, 7, 8])
})

test('a report of 5,000 metrics is kept, and the view shows as many as SQLite can ask for', async () => {
  const { store, sweep, trialId } = await storeWithTrial()
  const metrics = Object.fromEntries(Array.from({ length: 5_000 }, (_, k) => [`m${String(k).padStart(4, '0')}`, k]))
  await applyChanges(store.db, [report(trialId, { epoch: 1, ...metrics }), report(trialId, { epoch: 2, ...metrics })])
  await defineSweepView(store.db, sweep, ['depth'], await metricNamesOf(store.db, sweep.id))
  const { columns, rows } = await store.query('select *, flops / 100 as cost from sweep_grid')
  expect(columns).toHaveLength(mostColumns + 1)
  expect(rows[0]).toMatchObject({ depth: 1, m0000: 0, m0988: 988, cost: 1 })
  expect((await store.query("select value from trial_metrics where name = 'm4999'")).rows).toEqual([{ value: 4_999 }])
})

const tried = tally('names of metrics and parameters')

test('names that try to be SQL are names', async () => {
  const { store, sweep, trialId } = await storeWithTrial()
  const names = fc.uniqueArray(
    fc.oneof(
      fc.constantFrom(
        ...[
          '"; drop table trials; --',
          "'; delete from metrics; --",
          '") from trials; drop view x; --',
          '`',
          '[x]',
          ']',
        ],
        ...[
          'select',
          'rowid',
          '__proto__',
          'constructor',
          '%',
          '?',
          ':a',
          '$b',
          '@c',
          'a.b',
          'a b',
          '*',
          '\\',
          "''",
          '""',
        ],
        ...[
          'Loss',
          'loss',
          'LOSS',
          'metric_loss',
          'param_loss',
          'é',
          'É',
          '数',
          '👩‍🔬',
          ' ',
          'null',
          '1',
          '-1',
          '0x1',
          '/*',
          '--',
        ],
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((name) => !/[\p{Cc}\p{Cs}]/u.test(name)),
    ),
    { minLength: 1, maxLength: 8 },
  )
  const parameterNames = fc.uniqueArray(
    fc.oneof(
      fc.constantFrom('depth', 'Depth', 'dataset.crop', 'flops', 'a-b'),
      fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/),
    ),
    { maxLength: 6 },
  )
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true })
  let epoch = 0
  await fc.assert(
    fc.asyncProperty(names, parameterNames, numbers, async (metrics, parameters, value) => {
      epoch++
      await store.db.deleteFrom('metrics').execute()
      const params = JSON.stringify(Object.fromEntries(parameters.map((name, k) => [name, k])))
      await store.db.updateTable('trials').set({ params }).execute()
      const reported = Object.fromEntries(metrics.map((name) => [name, value]))
      await applyChanges(store.db, [report(trialId, { epoch, ...reported })])
      expect((await metricsOf(store.db, trialId)).map((row) => row.name).sort()).toEqual([...metrics].sort())

      await defineSweepView(store.db, sweep, parameters, metrics)
      const { columns, rows } = await store.query('select * from sweep_grid')
      expect(columns).toHaveLength(10 + parameters.length + metrics.length)
      // SQLite has no -0.
      const values = columns.slice(10).map((column) => Number(rows[0]?.[column]) + 0)
      expect(values).toEqual([...parameters.keys(), ...metrics.map(() => value + 0)])
      tried('columns, each with its value')
    }),
    runs(60),
  )
  expect(await trialsOf(store.db, sweep.id)).toHaveLength(1)
})
