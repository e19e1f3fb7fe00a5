import { expect, test } from 'vitest'

import { lackingText, MissingObjectives } from '../../src/run/missing-objectives.ts'

const settings = { objectives: [{ name: 'val_loss', goal: 'minimize' }], program: { module: '/own.mjs' } } as const

/** What is said while trials report. */
function missing() {
  const said: string[] = []
  const known = new Set<string>()
  const objectives = new MissingObjectives(settings, { note: (text) => said.push(text) }, known)
  const report = (trialId: number, isContinued: boolean, name: string) => {
    objectives.reported(trialId, isContinued, known)
    known.add(name)
  }
  const ended = (trialId: number) => {
    objectives.ended(trialId, known)
  }
  return { said, report, ended }
}

test('an objective that comes with the second report of an epoch is not missing', () => {
  const { said, report } = missing()
  for (const trialId of [1, 2]) report(trialId, false, 'train_loss')
  for (const trialId of [1, 2]) report(trialId, true, 'val_loss')
  for (const trialId of [1, 2]) report(trialId, false, 'train_loss')
  expect(said).toEqual([])
})

test.each(['with the second epoch', 'at the end'])('an objective that is missing is named once, %s', (when) => {
  const { said, report, ended } = missing()
  report(1, false, 'loss')
  report(2, false, 'loss')
  expect(said).toEqual([])
  for (let k = 0; k < 2; k++) {
    if (when === 'at the end') ended(1)
    else report(1, false, 'loss')
  }
  expect(said).toEqual([
    'val_loss is not in the first report, which has loss: if it does not come with a later one, the sweep looks for something that its trials do not report.',
  ])
})

test.each([
  [{ completed: 3, lacking: 0, ids: [], instead: [] }, undefined],
  [
    { completed: 3, lacking: 3, ids: [1, 2, 3], instead: ['valloss', 'loss'] },
    "All 3 completed trials have not reported val_loss, the sweep's objective. Reported instead: valloss, loss. Did you mean valloss?",
  ],
  [
    { completed: 9, lacking: 6, ids: [1, 2, 3, 4, 5], instead: ['loss', 'val.loss'] },
    "6 of 9 completed trials (1, 2, 3, 4, 5, …) have not reported val_loss, the sweep's objective. Reported instead: loss, val.loss. Did you mean val.loss?",
  ],
  [
    { completed: 2, lacking: 1, ids: [2], instead: [] },
    "1 of 2 completed trials (2) has not reported val_loss, the sweep's objective. No metric was reported.",
  ],
])('completed trials that lack an objective are counted', (lacking, text) => {
  expect(lackingText({ name: 'val_loss', ...lacking })).toBe(text)
})

test('of a thousand names twenty are said', () => {
  const instead = Array.from({ length: 200 }, (_, k) => `m${k}`)
  expect(lackingText({ name: 'val_loss', completed: 1, lacking: 1, ids: [1], instead })).toContain('m19 and 180 more.')
})
