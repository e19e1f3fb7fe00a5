import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { ReportedEpoch } from '../../src/programs/stored-report.ts'
import { EpochNumbering } from '../../src/workers/epoch-numbering.ts'
import { runs } from '../fuzz.ts'

type Own = number | undefined

/** The stored epochs of reports, what changed the numbering, and what a later attempt finds in the store. */
function number(owns: readonly Own[], resumedEpoch = 0, known: readonly ReportedEpoch[] = []) {
  const numbering = new EpochNumbering(resumedEpoch, known)
  const reports = owns.map((own) => numbering.next(own))
  const stored = new Map<number, number>()
  for (const { epoch, reported } of reports) {
    if (reported !== undefined && !stored.has(epoch)) stored.set(epoch, reported)
  }
  return {
    epochs: reports.map(({ epoch }) => epoch),
    changes: reports.flatMap(({ change }) => (change === undefined ? [] : [change.name])),
    continued: reports.map(({ isContinued }) => isContinued),
    known: [...stored].map(([epoch, reported]) => ({ epoch, reported })),
  }
}

test.each<[what: string, owns: Own[], epochs: number[], changes: string[]]>([
  ['whole numbers from 1 are stored as they are', [1, 2, 5], [1, 2, 5], []],
  ['without a number each report is the next epoch', [undefined, undefined, undefined], [1, 2, 3], []],
  ['from 0 all are one higher', [0, 1, 2], [1, 2, 3], ['from 0']],
  ['from 0, each fifth', [0, 5, 10], [1, 6, 11], ['from 0']],
  ['two reports of one epoch are one', [1, 1, 2, 2], [1, 1, 2, 2], []],
  ['two reports of epoch 0 are one', [0, 0, 1, 1], [1, 1, 2, 2], ['from 0']],
  ['fractions are counted', [0.5, 1, 1.5], [1, 2, 3], ['fraction']],
  ['two reports of a fraction are one', [0.5, 0.5, 1, 1], [1, 1, 2, 2], ['fraction']],
  ['a fraction between whole numbers', [1, 2, 2.5, 3], [1, 2, 3, 4], ['fraction']],
  ['a fraction after 0', [0, 0.5, 1], [1, 2, 3], ['from 0', 'fraction']],
  ['epochs that begin anew for each fold go on', [1, 2, 1, 2], [1, 2, 3, 4], ['decreasing']],
  ['a step back', [5, 3], [5, 6], ['decreasing']],
  ['below 0', [-1, 0, 1], [1, 2, 3], ['negative']],
  ['beyond 32 bits', [1e12, 2e12], [1, 2], ['too great']],
  ['what comes before the first number is of the first epoch', [undefined, 1, 2], [1, 1, 2], []],
  ['what comes before the first number is of the first epoch, from 0', [undefined, 0, 1], [1, 1, 2], ['from 0']],
  ['without a number after one with: it adds to that', [1, undefined, 2, undefined], [1, 1, 2, 2], []],
  ['several before the first number', [undefined, undefined, undefined, 1], [1, 2, 3, 4], ['decreasing']],
])('%s', (_, owns, epochs, changes) => {
  expect(number(owns)).toMatchObject({ epochs, changes })
})

test.each<[what: string, before: Own[], checkpoint: number, then: Own[], epochs: number[]]>([
  ['plain', [1, 2, 3], 2, [3, 4], [3, 4]],
  ['plain, the epoch of the checkpoint once more', [1, 2, 3], 2, [2, 3], [2, 3]],
  ['without numbers', [undefined, undefined], 2, [undefined], [3]],
  ['from 0', [0, 1, 2], 2, [2, 3], [3, 4]],
  ['fractions', [0.5, 1, 1.5, 2], 3, [2, 2.5], [4, 5]],
  ['fractions after whole numbers', [1, 2, 2.5], 2, [2.5, 3], [3, 4]],
])('a module that goes on from a checkpoint keeps its numbers: %s', (_, before, checkpoint, then, epochs) => {
  const known = number(before).known.filter(({ epoch }) => epoch <= checkpoint)
  expect(number(then, checkpoint, known).epochs).toEqual(epochs)
})

test('a module that begins anew though it was given a checkpoint is refused', () => {
  expect(() => number([1], 2)).toThrow('epoch: expected 2 or more, got 1: the trial goes on from a checkpoint')
  expect(() => number([0], 2, number([0, 1]).known)).toThrow('epoch: expected 1 or more, got 0')
})

const orders = fc.oneof(
  fc
    .integer({ min: 0, max: 1 })
    .chain((first) =>
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }).map((steps) => sums(first, steps)),
    ),
  fc.array(fc.constantFrom(0.25, 0.5, 1, 1.5), { minLength: 1, maxLength: 8 }).map((steps) => sums(0.5, steps)),
)

function sums(first: number, steps: readonly number[]): number[] {
  let sum = first
  return [first, ...steps.map((step) => (sum += step))]
}

test('a command that goes on from any of its reports, that one included, stores the same epochs as without an interruption', () => {
  fc.assert(
    fc.property(orders, fc.nat(), (owns, at) => {
      const whole = number(owns)
      const from = at % owns.length
      // It may have printed more than it had saved.
      const later = number(owns.slice(from), 0, whole.known)
      expect(later.epochs).toEqual(whole.epochs.slice(from))
      // Also where it begins anew.
      expect(number(owns, 0, whole.known).epochs).toEqual(whole.epochs)
    }),
    runs(500),
  )
})

test('any numbers at all become epochs from 1 that never fall, in 32 bits', () => {
  const own = fc.option(
    fc.oneof(fc.integer({ min: -2, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    {
      nil: undefined,
    },
  )
  fc.assert(
    fc.property(fc.array(own, { maxLength: 20 }), (owns) => {
      const { epochs, continued } = number(owns)
      epochs.forEach((epoch, k) => {
        const before = epochs[k - 1] ?? 0
        expect(Number.isInteger(epoch) && epoch >= 1 && epoch < 2 ** 31 && epoch >= before).toBe(true)
        expect(continued[k]).toBe(epoch === before)
      })
    }),
    runs(1_000),
  )
})
