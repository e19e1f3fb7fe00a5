import fc from 'fast-check'
import { expect, test } from 'vitest'

import { grid } from '../../src/search/grid.ts'
import type { SearchParameter, SearchSpace } from '../../src/search/space.ts'
import { category, space } from './spaces.ts'

const parameters: fc.Arbitrary<SearchParameter[]> = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }).map((values) => category(`x${name}`, values)),
      ),
    ),
  )

function points(space: SearchSpace): string[] {
  return Array.from({ length: grid.count(space) }, (_, k) => JSON.stringify(grid.point(space, k)))
}

test('every combination of values comes exactly once', () => {
  fc.assert(
    fc.property(parameters, (all) => {
      const found = points(space(...all))
      expect(new Set(found).size).toBe(found.length)
      expect(found.length).toBe(
        all.reduce((product, each) => product * (each.kind === 'category' ? each.choices.length : 0), 1),
      )
    }),
  )
})

test('the order of the parameters in the file does not matter', () => {
  fc.assert(
    fc.property(parameters, (all) => {
      expect(points(space(...all.toReversed()))).toEqual(points(space(...all)))
    }),
  )
})

test('the last parameter by name varies fastest', () => {
  expect(points(space(category('width', [128, 256]), category('depth', [1, 2])))).toEqual([
    '{"depth":1,"width":128}',
    '{"depth":1,"width":256}',
    '{"depth":2,"width":128}',
    '{"depth":2,"width":256}',
  ])
})

test('a parameter is only varied in the points where it is there', () => {
  const conditional = space(
    category('momentum', [0, 0.9], [{ parameter: 'optimizer', values: ['sgd'] }]),
    category('batch', [16, 64]),
    category('optimizer', ['adam', 'sgd']),
    category('nesterov', [true, false], [{ parameter: 'momentum', min: 0.5, max: 1 }]),
  )
  expect(points(conditional)).toEqual([
    '{"optimizer":"adam","batch":16}',
    '{"optimizer":"adam","batch":64}',
    '{"optimizer":"sgd","momentum":0,"batch":16}',
    '{"optimizer":"sgd","momentum":0,"batch":64}',
    '{"optimizer":"sgd","momentum":0.9,"batch":16,"nesterov":true}',
    '{"optimizer":"sgd","momentum":0.9,"batch":16,"nesterov":false}',
    '{"optimizer":"sgd","momentum":0.9,"batch":64,"nesterov":true}',
    '{"optimizer":"sgd","momentum":0.9,"batch":64,"nesterov":false}',
  ])
})
