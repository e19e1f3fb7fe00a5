import fc from 'fast-check'
import { expect, test } from 'vitest'

import { hypervolumeSubset } from '../../src/search/hypervolume-subset.ts'
import { hypervolume } from '../../src/search/hypervolume.ts'
import { crowdingDistances, dominates, nonDominatedFronts } from '../../src/search/non-dominated.ts'

/** Small whole numbers: many ties, and volumes that can be counted. */
const points = (axes: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: axes, maxLength: axes }), { maxLength: 12 })

/** How many unit cells below the reference some point dominates. */
function counted(all: readonly (readonly number[])[], axes: number): number {
  let cells = 0
  for (let cell = 0; cell < 6 ** axes; cell++) {
    const corner = Array.from({ length: axes }, (_, axis) => Math.floor(cell / 6 ** axis) % 6)
    if (all.some((point) => point.every((value, axis) => value <= (corner[axis] ?? 0)))) cells++
  }
  return cells
}

test.each([1, 2, 3, 4])('the hypervolume on %i axes is that of the cells that are dominated', (axes) => {
  fc.assert(
    fc.property(points(axes), (all) => {
      expect(hypervolume(all, Array<number>(axes).fill(6))).toBe(counted(all, axes))
    }),
  )
})

test('what is beyond the reference adds nothing', () => {
  expect(
    hypervolume(
      [
        [0, 7],
        [7, 0],
        [NaN, 0],
      ],
      [6, 6],
    ),
  ).toBe(0)
  expect(hypervolume([], [6, 6])).toBe(0)
})

test.each([1, 2, 3])(
  'fronts on %i axes: each point is beaten by one of the front before, and by none of its own',
  (axes) => {
    fc.assert(
      fc.property(points(axes), (all) => {
        const fronts = nonDominatedFronts(all)
        expect(fronts.flat().sort((a, b) => a - b)).toEqual([...all.keys()])
        for (const [k, front] of fronts.entries()) {
          for (const index of front) {
            const beatenBy = (others: readonly number[]) =>
              others.some((other) => dominates(all[other] ?? [], all[index] ?? []))
            expect(beatenBy(front)).toBe(false)
            if (k > 0) expect(beatenBy(fronts[k - 1] ?? [])).toBe(true)
          }
        }
      }),
    )
  },
)

test('as many fronts come as it takes', () => {
  const fronts = nonDominatedFronts(
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    2,
  )
  expect(fronts).toEqual([[0], [1]])
})

test('the ends of a front have all the room there is', () => {
  expect(
    crowdingDistances([
      [0, 4],
      [1, 1],
      [4, 0],
    ]),
  ).toEqual([Infinity, 2, Infinity])
})

test('a greedy subset begins with the greatest, and dominates at least 1 - 1/e of what any other one does', () => {
  fc.assert(
    fc.property(points(2), fc.integer({ min: 1, max: 3 }), (all, count) => {
      const volume = (indices: readonly number[]) =>
        hypervolume(
          indices.map((k) => all[k] ?? []),
          [6, 6],
        )
      const taken = hypervolumeSubset(all, count, [6, 6])
      expect(new Set(taken).size).toBe(Math.min(count, all.length))
      const best = Math.max(0, ...subsets([...all.keys()], count).map(volume))
      expect(volume(taken)).toBeGreaterThanOrEqual((1 - 1 / Math.E) * best)
    }),
  )
})

function subsets(items: readonly number[], size: number): number[][] {
  if (size === 0 || items.length === 0) return [[]]
  const [first = 0, ...rest] = items
  return [...subsets(rest, size), ...subsets(rest, size - 1).map((others) => [first, ...others])]
}
