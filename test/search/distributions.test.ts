import fc from 'fast-check'
import { expect, test } from 'vitest'

import { betaCdf, betaQuantile } from '../../src/search/beta.ts'
import * as distributions from '../../src/search/distributions.ts'
import { quickNormalCdf } from '../../src/search/normal-table.ts'
import { normalCdf, normalQuantile } from '../../src/search/normal.ts'

const { uniform, logUniform, normal, logNormal, beta, intUniform, qUniform, rounded, roundedShare, ordered } =
  distributions

const continuous = {
  uniform: uniform({ min: -3, max: 5 }),
  logUniform: logUniform({ min: 1e-5, max: 10 }),
  normal: normal(2, 3),
  logNormal: logNormal(-1, 0.5),
  beta: beta(2, 5),
}

const stepped = {
  intUniform: intUniform({ min: -2, max: 9 }),
  qUniform: qUniform({ min: 0.1, max: 0.9, q: 0.1 }),
  qLogUniform: distributions.qLogUniform({ min: 20, max: 500, q: 16 }) ?? uniform({ min: 0, max: 1 }),
  qNormal: rounded(normal(0, 2), 0.5),
  qLogNormal: rounded(logNormal(1, 1), 2),
  qBeta: roundedShare(beta(2, 2), 0.05),
  ordered: ordered([1, 16, 64, 512]),
  orderedUnevenly: ordered([1, 16, 64, 512], [0.1, 0, 0.5, 0.4]),
}

const shares = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test.each(Object.entries(continuous))('%s: a share’s value has that share below it', (_, distribution) => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (share) => {
      expect(distribution.shareOf(distribution.valueAt(share))).toBeCloseTo(share, 9)
    }),
  )
})

test.each(Object.entries(stepped))('%s: a value’s cell is made of the shares that give it', (_, distribution) => {
  fc.assert(
    fc.property(shares, (share) => {
      const value = distribution.valueAt(share)
      const [from, to] = distribution.cellOf?.(value) ?? [NaN, NaN]
      expect(share).toBeGreaterThanOrEqual(from - 1e-9)
      expect(share).toBeLessThanOrEqual(to + 1e-9)
      expect(distribution.valueAt(from + (to - from) / 2)).toBe(value)
      expect(distribution.shareOf(value)).toBeGreaterThanOrEqual(from)
      expect(distribution.shareOf(value)).toBeLessThanOrEqual(to)
    }),
  )
})

test.each(Object.entries({ ...continuous, ...stepped }))('%s: values grow with their shares', (_, distribution) => {
  fc.assert(
    fc.property(shares, shares, (one, other) => {
      const [less, more] = [distribution.valueAt(Math.min(one, other)), distribution.valueAt(Math.max(one, other))]
      expect(less).toBeLessThanOrEqual(more)
    }),
  )
})

test('whole numbers are as likely as each other, ends included', () => {
  const { cellOf } = intUniform({ min: 3, max: 6 })
  expect([3, 4, 5, 6].map((value) => cellOf?.(value)[0])).toEqual([0, 0.25, 0.5, 0.75])
})

test('steps of 0.1 are written as they were meant', () => {
  const { valueAt } = qUniform({ min: 0, max: 1, q: 0.1 })
  const values = new Set(Array.from({ length: 1000 }, (_, k) => valueAt(k / 1000)))
  expect([...values]).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
})

test('steps on a log scale are multiples of q inside the range', () => {
  const values = new Set(Array.from({ length: 1000 }, (_, k) => stepped.qLogUniform.valueAt(k / 1000)))
  expect(Math.min(...values)).toBe(32)
  expect(Math.max(...values)).toBe(496)
  expect(distributions.qLogUniform({ min: 1.1, max: 1.9, q: 1 })).toBeUndefined()
})

test('what has probability 0 is not drawn', () => {
  fc.assert(
    fc.property(shares, (share) => {
      expect(stepped.orderedUnevenly.valueAt(share)).not.toBe(16)
    }),
  )
})

test('a step or two of a published table of the normal and the beta distribution', () => {
  expect(normalCdf(1.96)).toBeCloseTo(0.9750021048517795, 14)
  expect(normalCdf(-6) / 9.865876450376981e-10).toBeCloseTo(1, 10)
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
  expect(betaCdf(0.3, 2, 5)).toBeCloseTo(0.579825, 12)
  expect(betaQuantile(0.5, 2, 2)).toBeCloseTo(0.5, 12)
})

test('the quick normal CDF agrees with the exact one', () => {
  fc.assert(
    fc.property(fc.double({ min: -12, max: 12, noNaN: true }), (x) => {
      expect(Math.abs(quickNormalCdf(x) - normalCdf(x))).toBeLessThan(1e-9)
    }),
  )
})
