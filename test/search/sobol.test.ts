import { expect, test } from 'vitest'

import { dimensions, scrambledSobol, sobolBits } from '../../src/search/sobol.ts'
import { History } from '../../src/search/history.ts'
import { random } from '../../src/search/random.ts'
import { sobol } from '../../src/search/sobol.ts'
import { uniform } from '../../src/search/distributions.ts'
import { category, number, space } from './spaces.ts'

const plane = space(number('x', uniform({ min: 0, max: 1 })), number('y', uniform({ min: 0, max: 1 })))

test('the first points, unscrambled, are those that Joe and Kuo publish, in another order', () => {
  const points = Array.from({ length: 8 }, (_, k) => [0, 1, 2].map((dimension) => sobolBits(k, dimension) / 2 ** 32))
  expect(new Set(points.map(String))).toEqual(
    new Set(
      [
        [0, 0, 0],
        [0.5, 0.5, 0.5],
        [0.75, 0.25, 0.25],
        [0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625],
        [0.875, 0.875, 0.125],
        [0.625, 0.125, 0.875],
        [0.125, 0.625, 0.375],
      ].map(String),
    ),
  )
})

test('in each of 1,111 dimensions any 64 points from a multiple of 64 lie in as many different intervals, scrambled too', () => {
  expect(dimensions).toBe(1111)
  for (let dimension = 0; dimension < dimensions; dimension++) {
    for (const pointOf of [
      (k: number) => sobolBits(k, dimension) / 2 ** 32,
      (k: number) => scrambledSobol(k, dimension, 7),
    ]) {
      const intervals = new Set(Array.from({ length: 64 }, (_, k) => Math.floor(64 * pointOf(128 + k))))
      expect(intervals.size, `dimension ${dimension}`).toBe(64)
    }
  }
})

test('every elementary rectangle of the plane has its share of the points', () => {
  const points = Array.from({ length: 256 }, (_, k) => [scrambledSobol(k, 0, 3), scrambledSobol(k, 1, 3)] as const)
  for (let columns = 1; columns <= 256; columns *= 2) {
    const cells = new Set(points.map(([x, y]) => `${Math.floor(x * columns)} ${Math.floor((y * 256) / columns)}`))
    expect(cells.size).toBe(256)
  }
})

test('each scrambling is a random point by itself: the first ones of many have no bias', () => {
  const count = 4000
  const first = Array.from({ length: count }, (_, seed) => scrambledSobol(0, 5, seed))
  const mean = first.reduce((sum, x) => sum + x, 0) / count
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * count))
})

test.each([
  ['random', random],
  ['sobol', sobol],
])('%s: a point is a function of seed and number alone', (_, method) => {
  const suggest = (seed: number, number: number, attempt = 0) =>
    method.suggest({ space: plane, seed, number, attempt, history: new History(plane, 1) })
  expect(suggest(1, 17)).toEqual(suggest(1, 17))
  const others = [suggest(2, 17), suggest(1, 18), suggest(1, 17, 1)]
  for (const other of others) expect(other).not.toEqual(suggest(1, 17))
})

test.each([
  ['random', random],
  ['sobol', sobol],
])('%s: a conditional parameter is there where it should be, and changes no other', (_, method) => {
  const optimizer = category('optimizer', ['adam', 'sgd'])
  const momentum = number('momentum', uniform({ min: 0, max: 1 }), [{ parameter: 'optimizer', values: ['sgd'] }])
  const [plain, conditional] = [
    space(optimizer, number('z', uniform({ min: 0, max: 1 }))),
    space(optimizer, momentum, number('z', uniform({ min: 0, max: 1 }))),
  ]
  for (let number = 1; number < 50; number++) {
    const point = method.suggest({ space: conditional, seed: 1, number, history: new History(conditional, 1) })
    expect('momentum' in point).toBe(point.optimizer === 'sgd')
    expect(
      Object.keys(method.suggest({ space: plain, seed: 1, number, history: new History(plain, 1) })).sort(),
    ).toEqual(['optimizer', 'z'])
  }
})
