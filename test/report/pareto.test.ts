import fc from 'fast-check'
import { expect, test } from 'vitest'

import { paretoSplit, type Axis } from '../../src/report/pareto.ts'

type Row = Readonly<Record<string, number | null>>

const axisSets: readonly Axis[][] = [
  [{ key: 'a', goal: 'maximize' }],
  [
    { key: 'a', goal: 'minimize' },
    { key: 'b', goal: 'maximize' },
  ],
  [
    { key: 'a', goal: 'minimize' },
    { key: 'b', goal: 'maximize' },
    { key: 'c', goal: 'minimize' },
  ],
]

/** The definition, word by word. */
function naiveFront(rows: readonly Row[], axes: readonly Axis[]): Row[] {
  const cost = (row: Row, { key, goal }: Axis) => (goal === 'minimize' ? 1 : -1) * (row[key] ?? 0)
  const beats = (a: Row, b: Row) =>
    axes.every((axis) => cost(a, axis) <= cost(b, axis)) && axes.some((axis) => cost(a, axis) < cost(b, axis))
  return rows.filter((row) => !rows.some((other) => beats(other, row)))
}

const values = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(-0, Infinity, -Infinity))
const rowSets = fc.array(fc.record({ a: values, b: values, c: values }), { maxLength: 30 })

test.each(axisSets.map((axes) => [axes.length, axes] as const))(
  'with %i axes the front is what the definition says',
  (_, axes) => {
    fc.assert(
      fc.property(rowSets, (rows) => {
        const { front, dominated, incomplete } = paretoSplit<Row>(rows, axes, (row) => row)
        expect(new Set(front)).toEqual(new Set(naiveFront(rows, axes)))
        expect(front.length + dominated.length).toBe(rows.length)
        expect(incomplete).toEqual([])
      }),
    )
  },
)

test('the best on the last axis comes first', () => {
  const rows = [
    { flops: 1, accuracy: 0.9 },
    { flops: 2, accuracy: 0.95 },
    { flops: 3, accuracy: 0.94 },
  ]
  const axes: Axis[] = [
    { key: 'flops', goal: 'minimize' },
    { key: 'accuracy', goal: 'maximize' },
  ]
  const { front, dominated } = paretoSplit(rows, axes, (row) => row)
  expect(front.map((row) => row.flops)).toEqual([2, 1])
  expect(dominated.map((row) => row.flops)).toEqual([3])
})

test('a trial without a value on an axis is kept apart', () => {
  const rows = [{ a: 1 }, { a: null }, { a: NaN }, {}]
  const { front, incomplete } = paretoSplit<{ a?: number | null }>(rows, [{ key: 'a', goal: 'minimize' }], (row) => row)
  expect(front).toEqual([{ a: 1 }])
  expect(incomplete).toHaveLength(3)
})
