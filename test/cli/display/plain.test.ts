import { expect, test, vi } from 'vitest'

import { plainDisplay } from '../../../src/cli/display/plain.ts'
import { header, recordingStream } from './recording.ts'

test('a run on a pipe is a line an epoch and a line a trial, without control codes', () => {
  vi.useFakeTimers({ now: 0 })
  const { stream, text } = recordingStream()
  const display = plainDisplay(stream)
  display.started(header)
  display.trialStarted({ id: 1, worker: 1, label: { depth: 1, hidden: [8, 4] }, objectives: [] })
  vi.setSystemTime(2000)
  display.trialReported(1, { epoch: 1, val_accuracy: 0.95, val_loss: 0.2 })
  display.trialFinished(1, { status: 'completed', weightsSha256: null, checkpoint: null })
  display.trialStarted({ id: 2, worker: 1, label: { depth: 2 }, objectives: [] })
  display.trialFinished(2, { status: 'failed', failure: { kind: 'diverged', message: 'val_loss is NaN' } })
  display.finished()
  vi.useRealTimers()
  expect(text()).toMatchInlineSnapshot(`
    "sweep    grid
    trials   3
    workers  2, each on 1 core of its own
    runtime  TensorFlow 2.21.0
    results  sqlite:swath.db
    trial 1 (depth 1, hidden [8,4]) epoch 1: val accuracy 95.00 %, val loss 0.2
    trial 1 (depth 1, hidden [8,4]) completed after 2.00 s
    1 of 3 trials, about 4 s to go
    trial 2 (depth 2) failed after 0.00 s: val_loss is NaN
    2 of 3 trials, about 4 s to go
    "
  `)
})

test('objectives come first in what is said of a report, and no runtime where none is used', () => {
  const { stream, text } = recordingStream()
  const display = plainDisplay(stream)
  display.started({ ...header, runtime: undefined })
  display.trialStarted({ id: 1, worker: 1, label: { depth: 1 }, objectives: ['reward', 'mem'] })
  display.trialReported(1, { epoch: 1, latency_ms: 3, steps: 9, val_loss: 0.5, mem: 8, reward: 2.5 })
  display.finished()
  expect(text()).toContain('epoch 1: reward 2.5, mem 8, val loss 0.5\n')
  expect(text()).not.toContain('runtime')
})
