import fc from 'fast-check'
import { expect, test } from 'vitest'

import { medianOf, pairedTest, rankTest, welchTest } from '../../src/results/significance.ts'

const a = [0.9641, 0.9612, 0.9663, 0.9655, 0.963]
const b = [0.9601, 0.9597, 0.9622, 0.9634, 0.9588]
const [c, d] = [
  [1, 2, 2, 3, 5, 8, 8],
  [2, 3, 4, 9, 9, 10, 8, 12],
]
const pairs = a.map((value, k) => [value, b[k] ?? NaN] as const)

test('chances are those of SciPy 1.17.1', () => {
  // ttest_rel(a, b), ttest_ind(a, b, equal_var=False), mannwhitneyu(a, b, method='asymptotic'), and those of c and d.
  expect(pairedTest(pairs)).toMatchObject({
    test: 'paired t',
    n: 5,
    p: expect.closeTo(0.005131316405267389, 12) as number,
  })
  expect(welchTest(a, b)).toMatchObject({ n: [5, 5], p: expect.closeTo(0.033626272406804936, 12) as number })
  expect(rankTest(a, b)?.p).toBeCloseTo(0.06010280593886631, 12)
  expect(welchTest(c, d)?.p).toBeCloseTo(0.10196095931725624, 12)
  expect(rankTest(c, d)?.p).toBeCloseTo(0.07983871964585261, 12)
})

test('pairs are told apart where groups are not', () => {
  expect(pairedTest(pairs)?.difference).toBeCloseTo(0.00318, 12)
  expect(pairedTest(pairs)?.p).toBeLessThan(welchTest(a, b)?.p ?? 0)
})

test('numbers that do not vary differ for certain or not at all; too few say nothing', () => {
  expect(welchTest([1, 1], [2, 2])).toMatchObject({ difference: -1, se: 0, p: 0 })
  expect(welchTest([1, 1], [1, 1])).toMatchObject({ difference: 0, p: 1 })
  expect(pairedTest([[1, 2]])).toBeUndefined()
  expect(welchTest([1], [1, 2])).toBeUndefined()
  expect(rankTest([1, 2], [1, 2, 3])).toBeUndefined()
  expect(rankTest([1, 1, 1], [1, 1, 1])).toMatchObject({ p: 1 })
})

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 12 })

test('the other way round the difference turns its sign, and the chance stays', () => {
  fc.assert(
    fc.property(numbers, numbers, (one, two) => {
      for (const compare of [welchTest, rankTest]) {
        const [there, back] = [compare(one, two), compare(two, one)]
        expect(back?.difference).toBeCloseTo(-(there?.difference ?? NaN), 6)
        expect(back?.p).toBeCloseTo(there?.p ?? NaN, 9)
        expect(there?.p).toBeGreaterThanOrEqual(0)
        expect(there?.p).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('of groups of the same distribution one in twenty is taken for different', () => {
  let found = 0
  // A linear congruential stream: the test is the same each time.
  let state = 12_345
  const next = () => (state = (1_103_515_245 * state + 12_345) % 2 ** 31) / 2 ** 31
  const group = () => Array.from({ length: 8 }, () => next() + next() + next())
  for (let k = 0; k < 2_000; k++) if ((welchTest(group(), group())?.p ?? 1) < 0.05) found++
  expect(found / 2_000).toBeGreaterThan(0.035)
  expect(found / 2_000).toBeLessThan(0.065)
})

test('a median lies in the middle', () => {
  expect(medianOf([3, 1, 2])).toBe(2)
  expect(medianOf([4, 1, 2, 3])).toBe(2.5)
})
