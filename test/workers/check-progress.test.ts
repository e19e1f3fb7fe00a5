import { expect, test } from 'vitest'

import { checkProgress, epochOf } from '../../src/workers/check-progress.ts'
import { poison, throwing } from './poison.ts'

test.each([
  [undefined, 'progress(undefined): expected { epoch, epochs, fraction }'],
  [{ epoch: 1, epochs: 2 }, 'progress: fraction: expected a number, got undefined'],
  [{ epoch: '1', epochs: 2, fraction: 0 }, 'progress: epoch: expected a number, got the text "1"'],
  [{ epoch: 1, epochs: 2n, fraction: 0 }, 'progress: epochs: expected a number, got 2n'],
  [{ epoch: 1, epochs: 2, fraction: 0, loss: {} }, 'progress: loss: expected a number, got {}'],
])('progress is checked, too', (progress, message) => {
  expect(() => checkProgress(progress)).toThrow(message)
})

test('a loss that is shown may be NaN', () => {
  const progress = { epoch: 1, epochs: 2, fraction: 0.5, loss: NaN }
  expect(checkProgress({ ...progress, more: throwing })).toEqual(progress)
})

test('a report that comes too late is named by its epoch, if it has one', () => {
  expect(epochOf({ epoch: 9 })).toBe('epoch 9')
  expect(epochOf(null)).toBe('something')
  // Node 26 shows what earlier versions throw on.
  expect(epochOf({ epoch: poison })).toMatch(/^epoch (something that cannot be shown|\{ toString: )/)
})
