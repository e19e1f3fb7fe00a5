import fc from 'fast-check'
import { expect, test } from 'vitest'

import { grid } from '../../src/search/grid.ts'
import type { Dimension } from '../../src/search/search.ts'

function dimension(name: string, values: readonly number[]): Dimension {
  return { name, size: values.length, at: (k) => ({ [name]: values[k] ?? null }) }
}

const spaces = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }).map((values) => dimension(name, values)),
      ),
    ),
  )

function points(space: readonly Dimension[]): string[] {
  return Array.from({ length: grid.count(space) }, (_, k) => JSON.stringify(grid.point(space, k)))
}

test('every combination of values comes exactly once', () => {
  fc.assert(
    fc.property(spaces, (space) => {
      const all = points(space)
      expect(new Set(all).size).toBe(all.length)
      expect(all.length).toBe(space.reduce((product, { size }) => product * size, 1))
    }),
  )
})

test('the order of the parameters in the file does not matter', () => {
  fc.assert(
    fc.property(spaces, (space) => {
      expect(points(space.toReversed())).toEqual(points(space))
    }),
  )
})

test('the last parameter by name varies fastest', () => {
  const space = [dimension('width', [128, 256]), dimension('depth', [1, 2])]
  expect(points(space)).toEqual([
    '{"depth":1,"width":128}',
    '{"depth":1,"width":256}',
    '{"depth":2,"width":128}',
    '{"depth":2,"width":256}',
  ])
})
