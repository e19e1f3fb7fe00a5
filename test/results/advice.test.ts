import { expect, test } from 'vitest'

import { adviceOn } from '../../src/results/advice.ts'
import { frontOf } from '../../src/results/front.ts'
import { importancesOf } from '../../src/results/importance.ts'
import { welchTest } from '../../src/results/significance.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import type { ParametersContent } from '../../src/sweep/space.ts'
import { pointsOf, type PointRow } from './points-of.ts'

const loss: Objective = { name: 'loss', goal: 'minimize' }
const flops: Objective = { name: 'flops', goal: 'minimize' }

function advise(
  parameters: ParametersContent,
  rows: readonly PointRow[],
  {
    method = 'random',
    repeat = 3,
    objectives = [loss],
    seeds = [
      [1, 2, 3],
      [7, 8, 9],
    ],
    queued = 0,
  } = {},
) {
  const points = pointsOf(parameters, objectives, rows)
  return adviceOn({
    ...{ sweep: { name: 'mine', method }, points, importances: importancesOf(points), repeat },
    history: frontOf(points)?.history ?? [],
    difference: welchTest(seeds[0] ?? [], seeds[1] ?? []),
    progress: { queued, failed: 0, cancelled: 0 },
  }).map(({ kind, text }) => `${kind}: ${text}`)
}

const width = { width: { values: [64, 128, 256, 512] } }
const grid = (valueOf: (width: number, k: number) => number) =>
  [64, 128, 256, 512].flatMap((each) =>
    [0, 1, 2].map((k) => ({ params: { width: each, shape: `${k}` }, values: [valueOf(each, k)] })),
  )

test('where the best lie at an end of what was tried, the way goes on there', () => {
  const space = { ...width, shape: { values: ['0', '1', '2'] } }
  expect(
    advise(
      space,
      grid((each) => -each),
    ),
  ).toEqual(['beyond: width larger than 512, near the end of its range'])
  expect(
    advise(
      space,
      grid((each) => each),
    ),
  ).toEqual(['beyond: width smaller than 64, near the end of its range'])
  expect(
    advise(
      space,
      grid((each) => Math.abs(each - 128)),
    ),
  ).toEqual(['nothing: nothing that these trials point to'])
})

test('of few points the only one at an end will do', () => {
  const rows = [64, 128, 256, 512].map((each) => ({ params: { width: each }, values: [-each] }))
  expect(advise(width, rows)).toEqual(['beyond: width larger than 512, near the end of its range'])
  expect(advise({ width: { value: 64 } }, rows.slice(0, 1))).toEqual(['nothing: nothing that these trials point to'])
})

test('nobody is sent below a single layer, or above a probability of 1', () => {
  const depths = [1, 2, 3].flatMap((depth) => [0, 1, 2, 3].map((k) => ({ params: { depth }, values: [depth + k / 9] })))
  expect(advise({ depth: { min: 1, max: 3 } }, depths)).toEqual(['nothing: nothing that these trials point to'])
})

test('a search that still got better in its last quarter goes on; a grid has no more points', () => {
  const rows = Array.from({ length: 40 }, (_, k) => ({ params: { x: 0.5 }, values: [k === 35 ? 0 : 1 + (k % 7)] }))
  const space: ParametersContent = { x: { distribution: 'uniform', min: 0, max: 1 } }
  expect(advise(space, rows)).toEqual(['more trials: more trials: the best came in the last quarter'])
  expect(advise(space, rows, { method: 'grid' })).toEqual(['nothing: nothing that these trials point to'])
  const early = rows.toReversed()
  expect(advise(space, early)).toEqual(['nothing: nothing that these trials point to'])
})

test('a front that grew by a hundredth in the last quarter asks for more trials', () => {
  const rows = Array.from({ length: 40 }, (_, k) => ({
    params: {},
    values: k === 39 ? [0, 0] : [5 + (k % 5), 9 - (k % 5)],
  }))
  const objectives = [loss, flops]
  expect(advise({}, rows, { objectives })).toEqual([
    expect.stringMatching(/^more trials: more trials: the last quarter brought \d+ % of the front$/),
  ])
  expect(advise({}, rows.toReversed(), { objectives })).toEqual(['nothing: nothing that these trials point to'])
})

test('noise asks for seeds', () => {
  const rows = grid((each) => Math.abs(each - 128))
  const [only] = advise({}, rows, {
    seeds: [
      [1, 2, 3],
      [1, 3, 2],
    ],
  })
  expect(only).toBe('more seeds: more seeds than 3: the best two differ by no more than noise')
  expect(advise({}, rows, { repeat: 1 })).toEqual(['more seeds: `repeat: 5`: of one seed nobody knows what is noise'])
})

test('of many points a parameter that says nothing is to be fixed; trials that wait come first', () => {
  const rows = Array.from({ length: 200 }, (_, k) => ({
    params: { x: (k % 20) / 20 + 0.5, shape: String(Math.floor(k / 20) % 2) },
    values: [Math.abs((k % 20) - 9)],
  }))
  const space: ParametersContent = { x: { min: 0.5, max: 1.5 }, shape: { values: ['0', '1'] } }
  expect(advise(space, rows, { method: 'grid', queued: 2 })).toEqual([
    'resume: `swath resume mine` trains the 2 trials that are left',
    'fix: shape fixed: it hardly matters',
  ])
})
