import { expect, test } from 'vitest'

import { Choice } from '../../src/figures/choice.ts'
import { curvesFigure } from '../../src/figures/curves.ts'
import { heatmapFigure } from '../../src/figures/heatmap.ts'
import { parallelFigure } from '../../src/figures/parallel.ts'
import { paretoFigure } from '../../src/figures/pareto.ts'
import { trialTable } from '../../src/figures/trial-table.ts'
import { makeSweep, type MadeSweep } from '../results/made-sweep.ts'
import { temporaryStore } from '../store/temporary-store.ts'

/** Wider is better and takes more memory, up to 60 of which is allowed; one seed of three is lucky. */
const widths: MadeSweep = {
  ...{ name: 'mem', repeat: 3, constraints: ['mem <= 60'], parameters: { width: { values: [1, 2, 4, 8, 16] } } },
  objectives: [
    { name: 'score', goal: 'maximize' },
    { name: 'mem', goal: 'minimize' },
  ],
  points: [1, 2, 4, 8, 16].map((width) => ({
    params: { width },
    trials: [0.25, -0.125, -0.125].map((luck) => ({
      state: 'completed',
      reports: [{ score: width / 16 + luck, mem: 15 * width }],
    })),
  })),
}

async function chosen(made: MadeSweep): Promise<Choice> {
  const store = await temporaryStore()
  return Choice.of(store, await makeSweep(store, made))
}

test('figures draw the means over seeds, and the front has no infeasible point', async () => {
  const choice = await chosen(widths)
  const axes = { x: 'mem', y: 'score', xGoal: 'minimize', yGoal: 'maximize' } as const
  const { points, total } = await paretoFigure(choice, axes)
  expect(total).toBe(5)
  expect(points.map(({ y, isOnFront, isFeasible }) => [y, isOnFront, isFeasible])).toEqual([
    [1 / 16, true, true],
    [2 / 16, true, true],
    [4 / 16, true, true],
    [8 / 16, false, false],
    [1, false, false],
  ])
  const { lines } = await parallelFigure(choice, { axes: ['width', 'score'], goal: 'maximize', most: 2 })
  expect(lines.map(({ values }) => values)).toEqual([
    [16, 1],
    [8, 0.5],
  ])
  const { cells } = await heatmapFigure(choice, { x: 'width', y: 'mem', value: 'score' })
  expect(cells.map(({ value, points: own }) => [value, own])).toEqual([1, 2, 4, 8, 16].map((width) => [width / 16, 1]))
})

test('the table has a row a trial or a row a point, objectives first', async () => {
  const choice = await chosen(widths)
  const part = { offset: 0, limit: 2 }
  const trials = await trialTable(choice, part)
  expect(trials.columns).toEqual(['trial_id', 'state', 'score', 'mem', 'width'])
  expect(trials.total).toBe(15)
  const points = await trialTable(choice, { ...part, rows: 'point', sort: 'score', descending: true })
  expect(points.columns).toEqual(['trial_id', 'state', 'seeds', 'score', 'mem', 'width'])
  expect(points.total).toBe(5)
  expect(points.rows.map((row) => row.slice(1))).toEqual([
    ['completed', 3, 1, 240, 16],
    ['completed', 3, 0.5, 120, 8],
  ])
})

test('a metric that is named like a parameter is drawn from its own column', async () => {
  const choice = await chosen({
    ...{ name: 'schedule', repeat: 1, objectives: [{ name: 'lr', goal: 'minimize' }], parameters: {} },
    points: [0.1, 0.2].map((lr) => ({
      params: { lr },
      trials: [{ state: 'completed', reports: [{ lr: lr / 2 }, { lr: lr / 4 }] }],
    })),
  })
  const { curves } = await curvesFigure(choice, { metric: 'metric_lr', goal: 'minimize', most: 5 })
  expect(curves.map(({ label, values }) => [label, values])).toEqual([
    ['lr 0.1', [0.05, 0.025]],
    ['lr 0.2', [0.1, 0.05]],
  ])
})

test('a cost that trials report is in the column of the counted one', async () => {
  const made = (repeat: number): MadeSweep => ({
    ...{ name: `reported-${repeat}`, repeat, objectives: [{ name: 'score', goal: 'maximize' }], parameters: {} },
    points: [1, 2].map((x) => ({
      params: { x },
      trials: Array.from({ length: repeat }, () => ({
        state: 'completed' as const,
        reports: [{ score: x, flops: 1000 * x }],
      })),
    })),
  })
  for (const repeat of [1, 2]) {
    const figure = await paretoFigure(await chosen(made(repeat)), {
      ...{ x: 'flops', y: 'score', xGoal: 'minimize', yGoal: 'maximize' },
    })
    expect(figure.points.map(({ x, y, isOnFront }) => [x, y, isOnFront])).toEqual([
      [1000, 1, true],
      [2000, 2, true],
    ])
  }
})

test('with three objectives the front is over all of them, also where two are drawn', async () => {
  const choice = await chosen({
    ...{ name: 'three', repeat: 1, parameters: {} },
    objectives: ['a', 'b', 'c'].map((name) => ({ name, goal: 'minimize' as const })),
    points: [
      { a: 1, b: 1, c: 2 },
      { a: 2, b: 2, c: 1 },
      { a: 3, b: 3, c: 3 },
    ].map((values, x) => ({ params: { x }, trials: [{ state: 'completed', reports: [values] }] })),
  })
  const figure = await paretoFigure(choice, { x: 'a', y: 'b', xGoal: 'minimize', yGoal: 'minimize' })
  expect(figure.frontOver).toEqual(['a', 'b', 'c'])
  expect(figure.points.map(({ isOnFront }) => isOnFront)).toEqual([true, true, false])
})
