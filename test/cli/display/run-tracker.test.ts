import { expect, test } from 'vitest'

import { RunTracker } from '../../../src/cli/display/run-tracker.ts'
import { header } from './recording.ts'

const label = {}
const completed = { status: 'completed', weightsSha256: null, checkpoint: null } as const
const failed = { status: 'failed', failure: { kind: 'threw', message: 'no' } } as const

test('the share that is done counts work, not trials', () => {
  const run = new RunTracker(header)
  expect(run.fraction).toBe(0)
  run.start({ id: 3, worker: 1, label, objectives: [] }, 0)
  run.progress(3, { epoch: 1, epochs: 2, fraction: 0.5 })
  expect(run.fraction).toBe(0.125)
  run.finish(3, completed, 4000)
  expect(run.fraction).toBe(0.5)
  expect(run.done).toBe(1)
})

test('a trial that failed is done but says nothing of how long others take', () => {
  const run = new RunTracker(header)
  run.start({ id: 1, worker: 1, label, objectives: [] }, 0)
  run.finish(1, failed, 60_000)
  expect([run.done, run.failed, run.secondsToGo(60_000)]).toEqual([1, 1, undefined])
})

test('a cancelled trial is not done', () => {
  const run = new RunTracker(header)
  run.start({ id: 1, worker: 1, label, objectives: [] }, 0)
  run.finish(1, { status: 'cancelled' }, 1000)
  expect([run.done, run.running.size]).toEqual([0, 0])
})

test('the estimate is made at most once a second, however often it is asked for', () => {
  const run = new RunTracker({ ...header, trials: 3, work: new Map([1, 2, 3].map((id) => [id, 1])) })
  run.start({ id: 1, worker: 1, label, objectives: [] }, 0)
  run.finish(1, completed, 10_000)
  const first = run.secondsToGo(10_000)
  run.start({ id: 2, worker: 1, label, objectives: [] }, 10_000)
  run.finish(2, completed, 10_500)
  expect(run.secondsToGo(10_900)).toBe(first)
  expect(run.secondsToGo(11_000)).not.toBe(first)
})
