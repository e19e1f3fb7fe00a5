import { expect, test } from 'vitest'

import { Supervision } from '../../src/run/supervision.ts'
import { earlyTerminateSchema, stoppingRule } from '../../src/stopping/early-terminate.ts'

const completed = { status: 'completed', weightsSha256: null, checkpoint: null } as const
const message = 'loss is not reported at epoch 1, and early_terminate needs it; it reports train_loss'

/** An attempt under a rule that needs a metric, and what is said while it reports. */
function supervised(early: object = { type: 'asha' }, name = 'loss') {
  const said: string[] = []
  const warn = (text: string) => said.push(text)
  const rule = stoppingRule({ ...earlyTerminateSchema.parse(early), objectives: [{ name, goal: 'minimize' }] })
  const supervision = new Supervision(rule, { continued_to: null }, { epochs: 3 }, 0)
  return {
    said,
    supervision,
    accepts: (report: { readonly epoch: number; readonly [metric: string]: number }) =>
      supervision.accepts(report, warn),
    outcome: () => supervision.outcomeOf(completed, warn),
  }
}

test('what the rule needs may come with the second report of the first epoch', () => {
  const { accepts, outcome } = supervised()
  expect(accepts({ epoch: 1, train_loss: 1 })).toBe(true)
  expect(accepts({ epoch: 1, train_loss: 1, loss: 2 })).toBe(true)
  expect(accepts({ epoch: 2, train_loss: 1 })).toBe(true)
  expect(outcome()).toEqual(completed)
})

test('an attempt fails at its second epoch if the first lacks what the rule needs', () => {
  const { accepts, outcome, supervision } = supervised()
  expect(accepts({ epoch: 1, train_loss: 1 })).toBe(true)
  expect(accepts({ epoch: 2, train_loss: 1, loss: 1 })).toBe(false)
  expect(accepts({ epoch: 3, loss: 1 })).toBe(false)
  expect(outcome()).toEqual({ status: 'failed', failure: { kind: 'bad-report', message } })
  expect(supervision.hopeless).toBe(message)
})

test('an attempt of one epoch fails at its end', () => {
  const { accepts, outcome } = supervised()
  expect(accepts({ epoch: 1, train_loss: 1 })).toBe(true)
  expect(outcome()).toEqual({ status: 'failed', failure: { kind: 'bad-report', message } })
})

test('under hyperband, which counts reports of the metric, it is said and no more', () => {
  const { accepts, outcome, said, supervision } = supervised({ type: 'hyperband', min_iter: 1 })
  expect(accepts({ epoch: 1, train_loss: 1 })).toBe(true)
  expect(accepts({ epoch: 2, train_loss: 1 })).toBe(true)
  expect(said).toEqual([message])
  expect(outcome()).toEqual(completed)
  expect(supervision.hopeless).toBeUndefined()
})

test('a metric that has the name of something that every object has is missing where it is not reported', () => {
  const { accepts } = supervised({ type: 'asha' }, 'constructor')
  expect(accepts({ epoch: 1, loss: 1 })).toBe(true)
  expect(accepts({ epoch: 2, loss: 1 })).toBe(false)
})
