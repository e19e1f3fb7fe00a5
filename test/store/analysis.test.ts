import { expect, test } from 'vitest'

import { analyseSweep } from '../../src/results/analyse.ts'
import { compareSweeps } from '../../src/results/compare.ts'
import { paretoResults } from '../../src/results/pareto.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { effortOf } from '../../src/store/effort.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { createSweep } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import { canonicalJson, trialSeed } from '../../src/sweep/seed.ts'
import { end, report, start } from './change-of.ts'
import { completedSweep } from './completed-sweep.ts'
import { temporaryStore } from './temporary-store.ts'

interface Made {
  readonly name: string
  readonly repeat?: number
  readonly objectives?: readonly Objective[]
  readonly constraints?: readonly string[]
  readonly widths?: readonly number[]
  /** What a trial reports; undefined of one that fails. */
  readonly lossOf: (width: number, repeat: number) => number | undefined
}

const loss: Objective = { name: 'loss', goal: 'minimize' }
const flops: Objective = { name: 'flops', goal: 'minimize' }

/** A sweep of widths, each trained for two epochs of half a minute. */
async function sweepOf(
  store: Store,
  { name, repeat = 1, objectives = [loss], constraints, widths = [16, 32, 64], lossOf }: Made,
): Promise<SweepRow> {
  const parameters = { width: { values: widths } }
  const points = widths.flatMap((width) => Array.from({ length: repeat }, (_, k) => ({ width, k })))
  const sweep = await createSweep(
    store.db,
    {
      ...{ name, file_name: name, description: null, method: 'grid', program: 'mlp', seed: 0, cancelled_at: null },
      ...{ definition: JSON.stringify({ parameters, repeat, constraints }), source: '', source_path: `${name}.yaml` },
      ...{ settings: JSON.stringify({ objectives }), created_at: '2026-01-01T00:00:00.000Z' },
    },
    points.map(({ width, k }, index) => ({
      ...{ number: index + 1, params: canonicalJson({ width }), repeat: k, seed: trialSeed(0, { width }, k) },
      ...{ parameter_count: width, flops: 100 * width },
    })),
  )
  for (const [index, { id }] of (await trialsOf(store.db, sweep.id)).entries()) {
    const { width, k } = points[index] ?? { width: 0, k: 0 }
    const value = lossOf(width, k)
    await applyChanges(store.db, [
      start(id),
      ...(value === undefined ? [] : [report(id, { epoch: 1, loss: 9 }), report(id, { epoch: 2, loss: value })]),
      end(id, value === undefined ? 'failed' : 'completed', 1, { at: '2026-01-01T00:01:00.000Z' }),
    ])
  }
  return sweep
}

const noise = [0, 0.02, -0.01, 0.01, -0.02]

test('of several seeds a point has the mean, and its difference from the next is told from noise', async () => {
  const store = await temporaryStore()
  const lossOf = (width: number, k: number) => 1 / width + (noise[k] ?? 0) / 10
  const sweep = await sweepOf(store, { name: 'seeds', repeat: 5, lossOf })
  const { best, second, difference, points, repeat } = await analyseSweep(store.db, sweep)
  expect({ points, repeat }).toEqual({ points: 3, repeat: 5 })
  expect(best).toMatchObject({ trial: 11, params: { width: 64 }, flops: 6400, values: { loss: { n: 5 } } })
  expect(best?.values.loss?.mean).toBeCloseTo(1 / 64, 12)
  expect(best?.values.loss?.se).toBeCloseTo(Math.sqrt(2.5e-6 / 5), 12)
  expect(second?.params).toEqual({ width: 32 })
  // Each point has seeds of its own: groups, not pairs.
  expect(difference).toMatchObject({ test: "Welch's t", n: [5, 5] })
  expect(difference?.p).toBeLessThan(0.001)
  const unclear = await sweepOf(store, {
    ...{ name: 'noise', repeat: 5, lossOf: (width, k) => 1e-4 / width + (noise[k] ?? 0) },
  })
  expect((await analyseSweep(store.db, unclear)).difference?.p).toBeGreaterThan(0.5)
})

test('the Pareto table has a row a point, with the mean over its seeds, or one for each of them', async () => {
  const store = await temporaryStore()
  const lossOf = (width: number, k: number) => (width === 16 && k === 0 ? 0.001 : 1 / width)
  const sweep = await sweepOf(store, { name: 'seeds', repeat: 2, lossOf })
  const { rows, hidden } = await paretoResults(store, sweep, { limit: undefined })
  expect(rows.map(({ params, seeds }) => [params.width, seeds])).toEqual([
    [64, 2],
    [32, 2],
    [16, 2],
  ])
  expect(rows[2]?.metrics.get('loss')?.mean).toBeCloseTo((0.001 + 1 / 16) / 2, 12)
  expect(rows[2]?.metrics.get('loss')?.se).toBeCloseTo((1 / 16 - 0.001) / 2, 12)
  expect(hidden).toBe(0)
  // The lucky seed of width 16 does not make its point the best.
  const few = await paretoResults(store, sweep, { limit: 1, x: 'loss', y: 'loss' })
  expect(few).toMatchObject({ rows: [{ params: { width: 64 }, seeds: 2 }], hidden: 2 })
  expect((await paretoResults(store, sweep, { limit: undefined, seeds: true })).rows).toHaveLength(6)
})

test('several objectives have a front, measured up to the worst of each; what breaks a constraint is not on it', async () => {
  const store = await temporaryStore()
  const made = { objectives: [loss, flops], constraints: ['loss < 0.05'], widths: [16, 32, 64, 128] }
  const sweep = await sweepOf(store, { name: 'both', ...made, lossOf: (width) => 1 / width })
  const { front, best } = await analyseSweep(store.db, sweep)
  expect(best?.params).toEqual({ width: 128 })
  expect(front?.points.map(({ params }) => params.width)).toEqual([128, 64, 32])
  expect(front?.reference).toEqual({ loss: 1 / 32, flops: 12_800 })
  expect(front?.hypervolume).toBeCloseTo((1 / 32 - 1 / 64) * 6400, 9)
})

test('a sweep without a goal is read by the metric that is usual, else by any other', async () => {
  const store = await temporaryStore()
  const { sweep } = await completedSweep(store, [[{ loss: 1 }], [{ loss: 3 }]], 'plain')
  expect(await analyseSweep(store.db, sweep)).toMatchObject({
    objectives: [{ name: 'loss', goal: 'minimize' }],
    best: { params: { depth: 1 } },
  })
  const usual = await completedSweep(
    store,
    [[{ loss: 1, val_loss: 3 }], [{ loss: 3, val_loss: 2 }], [{ loss: 0 }]],
    'usual',
  )
  expect(await analyseSweep(store.db, usual.sweep)).toMatchObject({
    ...{ objectives: [{ name: 'val_loss' }], withoutObjective: 1 },
    best: { trial: usual.ids[1], values: { val_loss: { mean: 2, n: 1 } } },
  })
  const silent = await completedSweep(store, [[]], 'silent')
  await store.db.deleteFrom('sweep_metrics').where('sweep_id', '=', silent.sweep.id).execute()
  expect(await analyseSweep(store.db, silent.sweep)).toMatchObject({ objectives: [], best: null, advice: [] })
})

test('sweeps of the same points are compared in pairs, their best by the seeds that they share', async () => {
  const store = await temporaryStore()
  const lossOf = (width: number, k: number) => 1 / width + (noise[k] ?? 0)
  const before = await sweepOf(store, { name: 'before', repeat: 5, lossOf })
  const after = await sweepOf(store, {
    ...{ name: 'after', repeat: 5, lossOf: (width, k) => lossOf(width, k) - 0.001 * (1 + k / 10) },
  })
  const { shared, differences, betweenBest, sweeps } = await compareSweeps(store.db, [before, after])
  expect(shared).toBe(3)
  expect(differences).toMatchObject([{ objective: 'loss', difference: { test: 'paired t', n: 3 } }])
  expect(differences[0]?.difference?.difference).toBeCloseTo(0.0012, 12)
  // Hidden by the noise of the seeds, if these were not the same.
  expect(betweenBest).toMatchObject({ test: 'paired t', n: 5 })
  expect(betweenBest?.p).toBeLessThan(0.001)
  expect(sweeps[0]).toMatchObject({ name: 'before', trials: 15, completed: 15, points: 3, hours: 0.25 })
  expect(sweeps[0].flop_epochs).toBe(5 * 2 * 100 * (16 + 32 + 64))
})

test('sweeps of other points are compared by their ranks, with one reference for both hypervolumes', async () => {
  const store = await temporaryStore()
  const made = { objectives: [loss, flops] }
  const one = await sweepOf(store, { name: 'one', ...made, lossOf: (width) => 1 / width })
  const two = await sweepOf(store, { name: 'two', ...made, widths: [8, 16, 24], lossOf: (width) => 2 / width })
  const { shared, differences, reference, sweeps, betweenBest } = await compareSweeps(store.db, [one, two])
  expect(shared).toBe(1)
  expect(differences.map(({ difference }) => difference?.test)).toEqual(['Mann-Whitney', 'Mann-Whitney'])
  expect(reference).toEqual({ loss: 2 / 8, flops: 6400 })
  expect(sweeps[0].hypervolume).toBeGreaterThan(sweeps[1].hypervolume ?? NaN)
  expect(betweenBest).toBeNull()
})

test('sweeps that are for different things, or that have nothing to show, are not compared', async () => {
  const store = await temporaryStore()
  const one = await sweepOf(store, { name: 'one', lossOf: (width) => width })
  const other = await sweepOf(store, { name: 'other', objectives: [loss, flops], lossOf: (width) => width })
  await expect(compareSweeps(store.db, [one, other])).rejects.toThrow(
    'one and other are not for the same: minimize loss; minimize loss, minimize flops',
  )
  const failed = await sweepOf(store, { name: 'failed', lossOf: () => undefined })
  await expect(compareSweeps(store.db, [one, failed])).rejects.toThrow('failed has completed no trial yet')
})

test('the effort counts attempts that failed, and no FLOPs where no trial has them', async () => {
  const store = await temporaryStore()
  const sweep = await sweepOf(store, { name: 'one', lossOf: (width) => (width === 16 ? undefined : width) })
  expect(await effortOf(store.db, sweep.id)).toEqual({ seconds: 180, flopEpochs: 2 * 100 * (32 + 64) })
  await store.db.updateTable('trials').set({ flops: null }).execute()
  expect((await effortOf(store.db, sweep.id)).flopEpochs).toBeNull()
})
