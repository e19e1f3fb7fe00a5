import { expect, test } from 'vitest'

import { MissingObjectives } from '../../src/run/missing-objectives.ts'

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
