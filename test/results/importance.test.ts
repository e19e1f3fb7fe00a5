import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { importancesOf } from '../../src/results/importance.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import type { ParametersContent } from '../../src/sweep/space.ts'
import { pointsOf, type PointRow } from './points-of.ts'

interface Study {
  readonly importances: readonly Readonly<Record<string, number>>[]
  readonly trials: readonly PointRow[]
}

/** Made by importance-reference.py, beside it. */
const studies = JSON.parse(
  readFileSync(join(import.meta.dirname, 'importance-reference.json'), 'utf8'),
) as readonly Study[]

const loss: Objective = { name: 'loss', goal: 'minimize' }

test.each(studies.map((study) => [study.trials.length, study] as const))(
  "of %i trials with a log scale, whole numbers, categories and a conditional parameter they are Optuna's, by each objective",
  (_, { importances, trials }) => {
    const points = pointsOf(
      {
        depth: { min: 1, max: 4 },
        dropout: { distribution: 'uniform', min: 0, max: 0.5 },
        learning_rate: { distribution: 'log_uniform_values', min: 1e-4, max: 1e-1 },
        momentum: { distribution: 'uniform', min: 0, max: 1, when: { optimizer: 'momentum' } },
        optimizer: { values: ['adam', 'momentum', 'sgd'] },
      },
      [loss, { name: 'flops', goal: 'minimize' }],
      trials,
    )
    const found = importancesOf(points)
    expect(found.map(({ objective }) => objective)).toEqual(['loss', 'flops'])
    for (const [k, reference] of importances.entries()) {
      const parameters = found[k]?.parameters ?? []
      expect(parameters.map(({ name }) => name)).toEqual(Object.keys(reference))
      for (const { name, importance } of parameters) expect(importance).toBeCloseTo(reference[name] ?? NaN, 9)
    }
  },
)

const two: ParametersContent = { a: { values: ['x', 'y'] }, b: { values: [1, 2] }, c: { values: ['p', 'q'] } }

/** A thousand points; so many of each pair of a and b are the best tenth. */
function withBest(best: Readonly<Record<string, number>>): PointRow[] {
  return ['x', 'y'].flatMap((a) =>
    [1, 2].flatMap((b) =>
      Array.from({ length: 250 }, (_, k) => ({
        params: { a, b, c: k % 2 === 0 ? 'p' : 'q' },
        values: [k < (best[`${a}${b}`] ?? 0) ? 0 : 1],
      })),
    ),
  )
}

test('they are what Pearson divergence says of shares that are known', () => {
  // Of the best, 90 % have x and 80 % have 1; of all, half do. 4 · (0.9 - 0.5)² = 0.64, 4 · (0.8 - 0.5)² = 0.36.
  const [found] = importancesOf(pointsOf(two, [loss], withBest({ x1: 70, x2: 20, y1: 10, y2: 0 })))
  expect(found).toMatchObject({ objective: 'loss', points: 1_000, best: 100 })
  expect(found?.parameters.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  const [a = NaN, b = NaN, c = NaN] = found?.parameters.map(({ importance }) => importance) ?? []
  expect([a, b, c]).toEqual([expect.closeTo(0.64, 9), expect.closeTo(0.36, 9), expect.closeTo(0, 9)])
})

test('which way is better decides which are the best', () => {
  const rows = Array.from({ length: 100 }, (_, k) => ({
    params: { a: k < 10 ? 'x' : 'y', b: k >= 90 ? 1 : 2, c: 'p' },
    values: [k],
  }))
  const importances = (goal: Objective['goal']) => importancesOf(pointsOf(two, [{ name: 'm', goal }], rows))
  expect(importances('minimize')[0]?.parameters[0]?.name).toBe('a')
  expect(importances('maximize')[0]?.parameters[0]?.name).toBe('b')
})

test('nothing is said of few points, of equal ones, or where nothing varies', () => {
  const few = withBest({ x1: 5 }).slice(0, 9)
  expect(importancesOf(pointsOf(two, [loss], few))).toEqual([])
  expect(importancesOf(pointsOf(two, [loss], withBest({})))).toEqual([])
  const fixed = withBest({ x1: 70 }).map(({ values }) => ({ params: { a: 'x' }, values }))
  expect(importancesOf(pointsOf({ a: { value: 'x' } }, [loss], fixed))).toEqual([])
})

test('they are shares of 1, the greatest first, whatever the points', () => {
  const row = fc.record({
    params: fc.record({
      depth: fc.integer({ min: 1, max: 3 }),
      rate: fc.double({ min: 1e-4, max: 1e-1, noNaN: true }),
      kind: fc.constantFrom('a', 'b', 'c'),
    }),
    values: fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true })),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const parameters: ParametersContent = {
        depth: { values: [1, 2, 3] },
        rate: { distribution: 'log_uniform_values', min: 1e-4, max: 1e-1 },
        kind: { values: ['a', 'b', 'c'], when: { depth: [1, 2] } },
      }
      for (const { parameters: all } of importancesOf(pointsOf(parameters, [loss], rows))) {
        const shares = all.map(({ importance }) => importance)
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
        expect(shares).toEqual(shares.toSorted((a, b) => b - a))
      }
    }),
  )
})
