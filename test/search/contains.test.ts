import { expect, test } from 'vitest'

import { filled, outside } from '../../src/search/contains.ts'
import * as distributions from '../../src/search/distributions.ts'
import { searchSpace } from '../../src/search/space.ts'
import { category, number, space } from './spaces.ts'

const small = space(
  number('rate', distributions.logUniform({ min: 0.001, max: 1 })),
  number('steps', distributions.qUniform({ min: 0.1, max: 0.5, q: 0.1 })),
  category('kind', ['a', 'b']),
  number('depth', distributions.intUniform({ min: 1, max: 4 }), [{ parameter: 'kind', values: ['b'] }]),
)
const inside = { rate: 0.5, steps: 0.3, kind: 'a' }

test('a point lies in a space if all that is there has a value of its own, and nothing else is', () => {
  expect(outside(small, inside)).toEqual([])
  expect(outside(small, { ...inside, rate: 0.001, kind: 'b', depth: 4 })).toEqual([])
  const wrong = (point: object) =>
    outside(small, { ...inside, ...point }).map(({ parameter, why }) => `${parameter}: ${why}`)
  expect(wrong({ rate: 2, steps: 0.25 })).toEqual(['rate: value', 'steps: value'])
  expect(wrong({ kind: 'c' })).toEqual(['kind: value'])
  expect(wrong({ kind: 'b' })).toEqual(['depth: missing'])
  expect(wrong({ kind: 'b', depth: 2.5 })).toEqual(['depth: value'])
  expect(wrong({ depth: 2 })).toEqual(['depth: condition'])
  expect(wrong({ width: 2 })).toEqual(['width: unknown'])
  expect(wrong({ rate: '0.5' })).toEqual(['rate: value'])
})

test.each([
  ['normal', distributions.normal(0, 1), [100, -3], [Infinity]],
  ['log normal', distributions.logNormal(0, 1), [100], [0, -1]],
  ['beta', distributions.beta(2, 3), [0, 0.5, 1], [1.1]],
  ['rounded normal', distributions.rounded(distributions.normal(0, 1), 0.5), [-7.5, 3], [0.25]],
  ['listed', distributions.ordered([1, 10, 100]), [10], [11]],
])('%s: its own values and others', (_, distribution, own, others) => {
  expect(own.map(distribution.contains)).toEqual(own.map(() => true))
  expect(others.map(distribution.contains)).toEqual(others.map(() => false))
})

test('what is left out is what a method suggests, else drawn; the same number gives the same point', () => {
  const suggested = { rate: 0.25, steps: 0.2, kind: 'a' }
  const at = { seed: 1, number: 7 }
  expect(filled(small, { steps: 0.4 }, suggested, at)).toEqual({ rate: 0.25, steps: 0.4, kind: 'a' })
  const point = filled(small, { kind: 'b' }, suggested, at)
  expect(point).toMatchObject({ rate: 0.25, steps: 0.2, kind: 'b' })
  expect(outside(small, point)).toEqual([])
  expect(filled(small, { kind: 'b' }, suggested, at)).toEqual(point)
})

test('of cases one that has what is given is taken', () => {
  const cases = searchSpace([
    {
      kind: 'category',
      name: 'net',
      when: [],
      choices: [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
      probabilities: [0.5, 0.5],
    },
  ])
  expect(filled(cases, { b: 4 }, { a: 1, b: 2 }, { seed: 0, number: 1 })).toEqual({ a: 3, b: 4 })
  expect(outside(cases, { a: 1, b: 4 })).toEqual([{ parameter: 'a', why: 'value' }])
  expect(outside(cases, { a: 1 })).toEqual([{ parameter: 'a', why: 'value' }])
})
