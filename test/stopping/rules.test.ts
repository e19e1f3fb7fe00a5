import fc from 'fast-check'
import { expect, test } from 'vitest'

import { asha, highestRung } from '../../src/stopping/asha.ts'
import { earlyTerminateSchema, stoppingRule } from '../../src/stopping/early-terminate.ts'
import { hyperband } from '../../src/stopping/hyperband.ts'
import { median } from '../../src/stopping/median.ts'
import { dominates } from '../../src/search/non-dominated.ts'
import { countBetter } from '../../src/stopping/non-dominated.ts'
import { patience } from '../../src/stopping/patience.ts'
import type { Objective, RankingRule } from '../../src/stopping/rule.ts'
import { threshold } from '../../src/stopping/threshold.ts'
import { bestShare, numerals } from '../../src/stopping/words.ts'

const loss: Objective = { name: 'loss', goal: 'minimize' }
const accuracy: Objective = { name: 'accuracy', goal: 'maximize' }
const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 })
const etas = fc.constantFrom(1.5, 2, 3, 4, 10)

/** Whether a trial with this loss goes on among these, it among them. */
function goesOn(rule: RankingRule, own: number, all: readonly number[]): boolean {
  return all.filter((value) => value < own).length <= rule.mostAhead(all.length)
}

test('asha lets the best 1/eta of those at a rung go on, and with them whoever is as good', () => {
  fc.assert(
    fc.property(values, etas, (all, eta) => {
      const rule = asha({ type: 'asha', min_epochs: 1, eta }, [loss])
      const sorted = all.toSorted((a, b) => a - b)
      const last = sorted[Math.max(Math.floor(all.length / eta), 1) - 1] ?? NaN
      for (const own of all) expect(goesOn(rule, own, all)).toBe(own <= last)
    }),
  )
})

test('of two trials at a rung no rule stops the better one alone', () => {
  const rules = (eta: number) => [
    asha({ type: 'asha', min_epochs: 1, eta }, [loss]),
    hyperband({ type: 'hyperband', min_iter: 1, eta, strict: true }, [loss]),
    median({ type: 'median', grace_epochs: 0, min_trials: 2 }, [loss]),
  ]
  fc.assert(
    fc.property(values, etas, fc.nat(), fc.nat(), (all, eta, i, j) => {
      const [a = 0, b = 0] = [all[i % all.length], all[j % all.length]].toSorted((x = 0, y = 0) => x - y)
      for (const rule of rules(eta)) if (goesOn(rule, b, all)) expect(goesOn(rule, a, all)).toBe(true)
    }),
  )
})

test('the best trial at a rung always goes on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), etas, fc.integer({ min: 1, max: 20 }), (reached, eta, least) => {
      for (const rule of [
        asha({ type: 'asha', min_epochs: 1, eta }, [loss]),
        hyperband({ type: 'hyperband', min_iter: 1, eta, strict: true }, [loss]),
        median({ type: 'median', grace_epochs: 0, min_trials: least }, [loss]),
      ]) {
        expect(rule.mostAhead(reached)).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('rungs are eta times apart, whole, and end before the last epoch', () => {
  const of = (epochs: number) => asha({ type: 'asha', min_epochs: 1, eta: 3, max_epochs: 27 }, [loss]).rungAt(epochs)
  expect([1, 2, 3, 8, 9, 26, 27, 100].map(of)).toEqual([1, 1, 3, 3, 9, 9, 9, 9])
  expect(asha({ type: 'asha', min_epochs: 4, eta: 2 }, [loss]).rungAt(3)).toBeUndefined()
  expect([1, 2, 3, 4, 5].map((epoch) => highestRung(epoch, 1, 1.5, Infinity))).toEqual([1, 2, 3, 3, 5])
})

test('the brackets of hyperband are those of W&B, by min_iter and by max_iter', () => {
  const rungs = (text: object) => {
    const rule = stoppingRule({ ...earlyTerminateSchema.parse({ type: 'hyperband', ...text }), objectives: [loss] })
    if (rule.compares !== 'others') throw new Error('it compares trials')
    const found = Array.from({ length: 100 }, (_, k) => rule.rungAt(k + 1)).filter((rung) => rung !== undefined)
    return [...new Set(found)]
  }
  expect(rungs({ min_iter: 3 })).toEqual([3, 9, 27, 81])
  expect(rungs({ min_iter: 3, eta: 2 })).toEqual([3, 6, 12, 24, 48, 96])
  // The example of its documentation.
  expect(rungs({ max_iter: 27, s: 2 })).toEqual([3, 9])
  expect(rungs({ max_iter: 5, s: 9, eta: 2 })).toEqual([1, 2])
})

test('hyperband compares with the value that W&B takes', () => {
  fc.assert(
    fc.property(values, etas, (all, eta) => {
      const mark = all.toSorted((a, b) => a - b)[Math.trunc((1 / eta) * all.length)] ?? NaN
      const rule = hyperband({ type: 'hyperband', min_iter: 1, eta, strict: true }, [loss])
      for (const own of all) expect(goesOn(rule, own, all)).toBe(!(own > mark))
    }),
  )
})

test('the median rule stops whom more than half of the others beat, once there are enough', () => {
  const rule = median({ type: 'median', grace_epochs: 2, min_trials: 4 }, [loss])
  expect([1, 2, 3, 4].map((epoch) => rule.rungAt(epoch))).toEqual([undefined, undefined, 3, 4])
  expect([4, 5, 6].map((reached) => rule.mostAhead(reached))).toEqual([Infinity, 2, 2])
})

test('patience ends where Keras ends', () => {
  /** keras.callbacks.EarlyStopping in words of one metric. */
  const keras = (losses: readonly number[], wait: number, delta: number): number | undefined => {
    let [best, since] = [Infinity, 0]
    for (const [k, value] of losses.entries()) {
      if (value < best - delta) [best, since] = [value, 0]
      else if (++since >= wait) return k + 1
    }
    return undefined
  }
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 }), (losses, epochs, min_delta) => {
      for (const [objective, sign] of [
        [loss, 1],
        [accuracy, -1],
      ] as const) {
        const rule = patience({ type: 'patience', epochs, min_delta }, [objective])
        const history = losses.map((value, k) => ({ epoch: k + 1, values: [sign * value] }))
        const end = history.findIndex((_, k) => rule.judge(history.slice(0, k + 1)) !== undefined)
        expect(end === -1 ? undefined : end + 1).toBe(keras(losses, epochs, min_delta))
      }
    }),
  )
})

test('patience says since when nothing got better', () => {
  const history = [0.5, 0.7, 0.7, 0.69].map((value, k) => ({ epoch: k + 1, values: [value] }))
  const rule = patience({ type: 'patience', epochs: 2, min_delta: 0 }, [accuracy])
  expect(rule.judge(history.slice(0, 3))).toBeUndefined()
  expect(rule.judge(history)).toBe('stopped at epoch 4: accuracy has not got better since epoch 2 (0.7)')
})

test('with several objectives an epoch that is better in one and worse in none but its own has brought something', () => {
  const rule = patience({ type: 'patience', epochs: 1, min_delta: 0 }, [loss, accuracy])
  const judge = (...points: [number, number][]) => rule.judge(points.map((each, k) => ({ epoch: k + 1, values: each })))
  expect(judge([1, 0.5], [2, 0.6])).toBeUndefined()
  expect(judge([1, 0.5], [2, 0.5])).toBe('stopped at epoch 2: loss and accuracy has not got better since epoch 1')
})

test('a threshold counts from its epoch on', () => {
  const rule = threshold({ type: 'threshold', epoch: 3, below: 0.5, above: 2 }, [accuracy])
  const judge = (epoch: number, value: number) => rule.judge([{ epoch, values: [value] }])
  expect(judge(2, 0.1)).toBeUndefined()
  expect(judge(3, 0.5)).toBeUndefined()
  expect(judge(3, 0.4)).toBe('stopped at epoch 3: accuracy 0.4 is below the threshold 0.5')
  expect(judge(7, 2.00001)).toBe('stopped at epoch 7: accuracy 2.00001 is above the threshold 2')
})

const points = fc.integer({ min: 1, max: 3 }).chain((size) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: size, maxLength: size }), {
    minLength: 1,
    maxLength: 25,
  }),
)

test('better are those in the fronts that are peeled off before', () => {
  fc.assert(
    fc.property(points, (all) => {
      const expected = all.map(() => -1)
      for (let rank = 0; expected.includes(-1); rank++) {
        const left = all.flatMap((_, k) => (expected[k] === -1 ? [k] : []))
        const front = left.filter((k) => !left.some((other) => dominates(all[other] ?? [], all[k] ?? [])))
        for (const k of front) expected[k] = rank
      }
      expect(countBetter(all)).toEqual(expected.map((rank) => expected.filter((other) => other < rank).length))
    }),
  )
})

test('where a trial stands among others does not depend on the order in which they came', () => {
  fc.assert(
    fc.property(points, fc.nat(), fc.array(fc.nat(), { minLength: 25, maxLength: 25 }), (all, of, keys) => {
      const index = of % all.length
      const order = all.map((_, k) => ({ k, key: keys[k] ?? 0 })).sort((a, b) => a.key - b.key)
      const shuffled = order.map(({ k }) => all[k] ?? [])
      const moved = order.findIndex(({ k }) => k === index)
      expect(countBetter(shuffled)[moved]).toBe(countBetter(all)[index])
      if (all[0]?.length === 1) {
        const own = all[index]?.[0] ?? NaN
        expect(countBetter(all)[index]).toBe(all.filter(([value = NaN]) => value < own).length)
      }
    }),
  )
})

test('reasons are in plain words', () => {
  expect(bestShare(3, 9)).toBe('the best third of 9 trials')
  expect(bestShare(2.5, 9)).toBe('the best 1/2.5 of 9 trials')
  expect(bestShare(3, 5)).toBe('the best of 5 trials')
  expect(numerals(0.91234, 0.93456)).toEqual(['0.9123', '0.9346'])
  expect(numerals(0.912341, 0.912349)).toEqual(['0.912341', '0.912349'])
})
