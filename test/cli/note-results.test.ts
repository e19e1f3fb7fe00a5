import { expect, test } from 'vitest'

import { lackingText } from '../../src/cli/note-results.ts'

test.each([
  [{ completed: 3, lacking: 0, ids: [], instead: [] }, undefined],
  [
    { completed: 3, lacking: 3, ids: [1, 2, 3], instead: ['valloss', 'loss'] },
    "All 3 completed trials have not reported val_loss, the sweep's objective, and count for no point. Reported instead: valloss, loss. Did you mean valloss?",
  ],
  [
    { completed: 9, lacking: 6, ids: [1, 2, 3, 4, 5], instead: ['loss', 'val.loss'] },
    "6 of 9 completed trials (1, 2, 3, 4, 5, …) have not reported val_loss, the sweep's objective, and count for no point. Reported instead: loss, val.loss. Did you mean val.loss?",
  ],
  [
    { completed: 2, lacking: 1, ids: [2], instead: [] },
    "1 of 2 completed trials (2) has not reported val_loss, the sweep's objective, and counts for no point. No other metric was reported.",
  ],
])('completed trials that lack an objective are counted', (lacking, text) => {
  expect(lackingText({ names: ['val_loss'], ...lacking })).toBe(text)
})

test('of a thousand names twenty are said', () => {
  const instead = Array.from({ length: 200 }, (_, k) => `m${k}`)
  expect(lackingText({ names: ['val_loss'], completed: 1, lacking: 1, ids: [1], instead })).toContain(
    'm19 and 180 more.',
  )
})
