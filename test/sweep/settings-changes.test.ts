import { expect, test } from 'vitest'

import type { SweepSettings } from '../../src/sweep/definition.ts'
import { settingsChanges, waitsForNextRun } from '../../src/sweep/settings-changes.ts'
import { plainSettings } from '../run/plain.ts'

const loss = { name: 'loss', goal: 'minimize' } as const
const settings: SweepSettings = { ...plainSettings, metric: loss, objectives: [loss] }
const before = { description: 'first', settings }

function changesWith(other: Partial<SweepSettings>, description: string | null = 'first'): string[] {
  return settingsChanges(before, { description, settings: { ...settings, ...other } })
}

test('names what changed as the sweep file does, from what to what', () => {
  const score = { name: 'score', goal: 'maximize' } as const
  expect(changesWith({ metric: score, objectives: [score] }, 'second run')).toEqual([
    'description: first → "second run"',
    'metric.goal: minimize → maximize',
    'metric.name: loss → score',
  ])
  expect(changesWith({ retries: 3, timeout: { trial: 60, epoch: null }, tags: ['gpu'], coresPerTrial: 2 })).toEqual([
    'resources.cores: 0 → 2',
    'resources.tags: [] → ["gpu"]',
    'retries: 0 → 3',
    'timeout.trial: (none) → 60',
  ])
  expect(changesWith({ objectives: [loss, { name: 'flops', goal: 'minimize' }] })).toEqual([
    'objectives: (none) → [{"name":"loss","goal":"minimize"},{"name":"flops","goal":"minimize"}]',
  ])
  expect(changesWith({ target: { ...loss, value: 0.1 } })).toEqual(['metric.target: (none) → 0.1'])
  // The cap that comes of a budget is one change, not two.
  expect(changesWith({ budget: { trials: 7 }, cap: 7 })).toContain('budget.trials: (none) → 7')
})

test('what the command line and the path of a program say is no change of the file', () => {
  expect(changesWith({ overrides: ['epochs=1'], sources: { folder: '/elsewhere', send: [] } })).toEqual([])
  expect(changesWith({}, 'first')).toEqual([])
})

test('readers and limits take a change at once, a run that is under way does not take the rest', () => {
  const atOnce = [
    'description: a → b',
    'metric.goal: minimize → maximize',
    'metric.target: 1 → 2',
    'budget.hours: 1 → 2',
  ]
  const later = ['retries: 0 → 1', 'timeout.trial: 1 → 2', 'checkpoint.keep: last → all', 'run_cap: 1 → 2']
  expect([...atOnce, ...later].filter(waitsForNextRun)).toEqual(later)
})
