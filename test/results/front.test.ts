import fc from 'fast-check'
import { expect, test } from 'vitest'

import { bestPoints } from '../../src/results/best.ts'
import { frontOf } from '../../src/results/front.ts'
import type { SweepPoints } from '../../src/results/points.ts'
import { hypervolume } from '../../src/search/hypervolume.ts'
import { nonDominatedFronts } from '../../src/search/non-dominated.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import { pointsOf } from './points-of.ts'

const objectives: readonly Objective[] = [
  { name: 'accuracy', goal: 'maximize' },
  { name: 'flops', goal: 'minimize' },
]

function sweepOf(values: readonly (readonly number[])[], more: Partial<SweepPoints> = {}): SweepPoints {
  const rows = values.map((each) => ({ params: {}, values: each }))
  return { ...pointsOf({}, objectives, rows), ...more }
}

test('the history of a front ends with its hypervolume, up to the worst of each objective, and never falls', () => {
  const level = fc.integer({ min: 0, max: 9 })
  fc.assert(
    fc.property(fc.array(fc.tuple(level, level), { minLength: 1, maxLength: 60 }), (values) => {
      const front = frontOf(sweepOf(values))
      const costs = values.map(([accuracy, flops]) => [-accuracy, flops])
      const worst = [0, 1].map((axis) => Math.max(...costs.map((cost) => cost[axis] ?? 0)))
      expect(front?.reference).toEqual([-(worst[0] ?? 0), worst[1]])
      expect(front?.hypervolume).toBe(hypervolume(costs, worst))
      expect(front?.points).toEqual(nonDominatedFronts(costs)[0])
      const volumes = front?.history.map((moment) => moment.hypervolume) ?? []
      expect(volumes).toEqual(volumes.toSorted((a, b) => a - b))
      expect(front?.history.at(-1)?.points).toBe(values.length)
      for (const { points, hypervolume: volume } of front?.history ?? []) {
        expect(volume).toBe(hypervolume(costs.slice(0, points), worst))
      }
    }),
  )
})

test('points come in the order in which they were completed', () => {
  const front = frontOf(
    sweepOf(
      [
        [3, 1],
        [1, 3],
        [2, 2],
      ],
      { ended: [3, 1, 2] },
    ),
    3,
  )
  // The best of both comes last.
  expect(front?.history.map((moment) => moment.hypervolume)).toEqual([0, 1, 4])
})

test('what breaks a constraint is neither best nor on the front, unless all do', () => {
  const values = [
    [9, 1],
    [5, 5],
  ]
  expect(frontOf(sweepOf(values, { violations: [1, 0] }))?.points).toEqual([1])
  expect(bestPoints(sweepOf(values, { violations: [1, 0] }), 2)).toEqual([1])
  expect(bestPoints(sweepOf(values, { violations: [1, 2] }), 2)).toEqual([0, 1])
})

test('a single lucky seed does not win over points with many', () => {
  const values = [
    [9, 1],
    [5, 5],
    [6, 5],
  ]
  expect(bestPoints(sweepOf(values, { seeds: [1, 4, 2] }), 3)).toEqual([2, 1])
})
