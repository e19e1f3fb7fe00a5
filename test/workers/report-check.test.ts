import { expect, test } from 'vitest'

import type { Report } from '../../src/programs/program.ts'
import { checkReport } from '../../src/workers/report-check.ts'

const check =
  (report: unknown, lastEpoch = 0) =>
  () => {
    checkReport(report as Report, lastEpoch)
  }

test('numbers are accepted', () => {
  expect(check({ epoch: 1, val_loss: 0.3 })).not.toThrow()
})

test('NaN and infinity count as divergence and name the metric and the epoch', () => {
  expect(check({ epoch: 3, val_loss: NaN })).toThrow('diverged: val_loss is NaN at epoch 3')
  expect(check({ epoch: 3, val_loss: -Infinity })).toThrow('diverged: val_loss is -Infinity at epoch 3')
})

test.each([
  [{ epoch: 1, val_loss: '0.3' }, 'val_loss at epoch 1: expected a number, got the text "0.3"'],
  [{ epoch: 1, val_loss: null }, 'val_loss at epoch 1: expected a number, got null'],
  [{ val_loss: 1 }, 'epoch: expected a whole number above 0, got undefined'],
  [{ epoch: 0.5 }, 'epoch: expected a whole number above 0, got 0.5'],
  [undefined, 'report(undefined): expected an object such as'],
])('%j is refused', (report, message) => {
  expect(check(report)).toThrow(message)
})

test('an epoch cannot be reported twice', () => {
  expect(check({ epoch: 2 }, 2)).toThrow('epoch: expected a whole number above 2, got 2')
})
