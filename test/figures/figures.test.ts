import fc from 'fast-check'
import { expect, test } from 'vitest'

import { curvesFigure } from '../../src/figures/curves.ts'
import { heatmapFigure } from '../../src/figures/heatmap.ts'
import { parallelFigure } from '../../src/figures/parallel.ts'
import { paretoFigure } from '../../src/figures/pareto.ts'
import { trialTable } from '../../src/figures/trial-table.ts'
import { paretoSplit } from '../../src/report/pareto.ts'
import type { Reports } from '../store/completed-sweep.ts'
import { temporaryStore } from '../store/temporary-store.ts'
import { trainedSweep } from './trained-sweep.ts'

interface Point {
  readonly score: number | null
  readonly seconds: number
}

/** What a trial reports that comes to a point: in its first epoch half the score, in twice the time. */
function reportsOf({ score, seconds }: Point): Reports {
  return [1, 2].map((epoch) => ({ score: score === null ? null : score * epoch, seconds: seconds / epoch }))
}

const score = { x: 'seconds', y: 'score', xGoal: 'minimize', yGoal: 'maximize' } as const

test('the front of the trade-off is the one that a report prints, and every trial is in one of its points', async () => {
  const store = await temporaryStore()
  const level = fc.integer({ min: 0, max: 4 })
  const points = fc.array(fc.record({ score: fc.option(level), seconds: level }), { minLength: 1, maxLength: 12 })
  let made = 0
  await fc.assert(
    fc.asyncProperty(points, async (all) => {
      const { ids, choose } = await trainedSweep(all.map(reportsOf), store, `sweep-${++made}`)
      const figure = await paretoFigure(await choose('depth <= 3'), { ...score, color: 'depth' })
      const trials = ids.flatMap((trial, k) => {
        const { score, seconds } = all[k] ?? { score: null, seconds: 0 }
        return score === null ? [] : [{ trial, score: 2 * score, seconds: seconds / 2 }]
      })
      const axes = [
        { key: 'seconds', goal: 'minimize' },
        { key: 'score', goal: 'maximize' },
      ] as const
      const { front } = paretoSplit(trials, axes, ({ score, seconds }) => ({ score, seconds }))
      const beside = (trial: number) => trials.find((each) => each.trial === trial)
      const shown = figure.points.filter(({ isOnFront }) => isOnFront).map(({ x, y }) => `${x} ${y}`)
      expect(new Set(shown)).toEqual(new Set(front.map(({ seconds, score }) => `${seconds} ${score}`)))
      expect(figure.points.reduce((sum, { stands }) => sum + stands, 0)).toBe(trials.length)
      expect(figure.total).toBe(trials.length)
      for (const { trial, x, y, color, isChosen } of figure.points) {
        expect({ x, y }).toEqual({ x: beside(trial)?.seconds, y: beside(trial)?.score })
        expect(color).toBe(ids.indexOf(trial) + 1)
        expect(isChosen).toBe(ids.indexOf(trial) < 3)
      }
    }),
    { numRuns: 25 },
  )
})

const four = [
  { score: 1, seconds: 4 },
  { score: 3, seconds: 3 },
  { score: null, seconds: 2 },
  { score: 2, seconds: 1 },
].map(reportsOf)

test('curves are of the chosen trials, the best first, epoch by epoch', async () => {
  const { ids, choose } = await trainedSweep(four)
  const { curves, trials } = await curvesFigure(await choose('depth > 1'), {
    metric: 'score',
    goal: 'maximize',
    most: 1,
  })
  expect(trials).toBe(2)
  expect(curves).toEqual([{ trial: ids[1], state: 'completed', label: 'depth 2', epochs: [1, 2], values: [3, 6] }])
})

test('a line of parallel coordinates goes through the values of a trial, the best first', async () => {
  const { ids, choose } = await trainedSweep(four)
  const axes = ['depth', 'width', 'score']
  const figure = await parallelFigure(await choose(), { axes, goal: 'maximize', most: 2 })
  expect(figure.points).toBe(3)
  expect(figure.axes.map(({ isNumber }) => isNumber)).toEqual([true, false, true])
  expect(figure.lines).toEqual([
    { trial: ids[1], isChosen: true, values: [2, 'wide', 6] },
    { trial: ids[3], isChosen: true, values: [4, 'wide', 4] },
  ])
})

test('a cell of the heat map is the mean of its trials; a column of many numbers is cut into parts', async () => {
  const store = await temporaryStore()
  const few = await trainedSweep(four, store, 'few')
  const small = await heatmapFigure(await few.choose('depth <> 4'), { x: 'width', y: 'depth', value: 'score' })
  expect(small.cells).toMatchObject([
    { x: 'wide', y: 1, value: 2, points: 1, isChosen: true },
    { x: 'wide', y: 2, value: 6, points: 1, isChosen: true },
    { x: 'wide', y: 4, value: 4, points: 1, isChosen: false },
  ])
  const reports = Array.from({ length: 30 }, (_, k) => reportsOf({ score: k, seconds: 1 }))
  const many = await trainedSweep(reports, store, 'many')
  for (const y of ['depth', 'flops']) {
    const { cells } = await heatmapFigure(await many.choose(), { x: 'width', y, value: 'score' })
    expect(cells.length).toBeGreaterThan(5)
    expect(cells.length).toBeLessThanOrEqual(12)
    expect(cells.reduce((sum, { points }) => sum + points, 0)).toBe(30)
    const mean = cells.reduce((sum, { value, points }) => sum + value * points, 0) / 30
    expect(mean).toBeCloseTo(29, 9)
  }
})

test('the table is sorted with what has no value last, whichever way round, and a part of it is a part of all', async () => {
  const { ids, choose } = await trainedSweep(four)
  const all = { columns: ['score', 'state'], sort: 'score', offset: 0, limit: 10 }
  const rising = await trialTable(await choose(), all)
  expect(rising.columns).toEqual(['trial_id', 'score', 'state'])
  expect(rising.rows.map(([, score]) => score)).toEqual([2, 4, 6, null])
  const falling = await trialTable(await choose(), { ...all, descending: true, offset: 1, limit: 2 })
  expect(falling.rows).toEqual([
    [ids[3], 4, 'completed'],
    [ids[0], 2, 'completed'],
  ])
  expect(falling.total).toBe(4)
  expect((await trialTable(await choose('score >= 4'), all)).total).toBe(2)
})

test('a group of the table has the mean of every number', async () => {
  const { choose } = await trainedSweep(four)
  const grouped = await trialTable(await choose('depth <> 2'), {
    ...{ columns: ['state', 'score', 'seconds'], group: 'width', offset: 0, limit: 10 },
  })
  expect(grouped.columns).toEqual(['width', 'trials', 'score', 'seconds'])
  expect(grouped.rows).toEqual([['wide', 3, 3, (2 + 1 + 0.5) / 3]])
  expect(grouped.total).toBe(1)
})

test('a column that there is not is said, with those that there are', async () => {
  const { choose } = await trainedSweep(four)
  await expect(paretoFigure(await choose(), { ...score, y: 'scores' })).rejects.toThrow(/no column scores.*mean score/)
})
