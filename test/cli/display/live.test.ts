import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { fillSlots, liveDisplay } from '../../../src/cli/display/live.ts'
import { header, linesOf, recordingStream } from './recording.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('every ended trial leaves a permanent line, and a failed one its whole message', async () => {
  const { stream, text } = recordingStream(60)
  const display = await liveDisplay(stream)
  display.started(header)
  display.trialStarted({ id: 1, worker: 1, label: { depth: 1 }, objectives: [] })
  display.trialStarted({ id: 2, worker: 2, label: { depth: 2 }, objectives: [] })
  vi.advanceTimersByTime(3000)
  display.trialReported(1, { epoch: 1, test_accuracy: 0.95 })
  display.trialFinished(1, { status: 'completed', weightsSha256: null, checkpoint: null })
  const message = `val_loss is NaN, ${'and that is a long story '.repeat(3)}to the end`
  display.trialFinished(2, { status: 'failed', failure: { kind: 'diverged', message } })
  display.finished()
  const said = linesOf(text()).map((line) => line.trim())
  expect(said.some((line) => line.endsWith('1  depth 1  3.00 s  test accuracy 95.00 %'))).toBe(true)
  expect(said.join(' ')).toContain(message)
})

test('the terminal is given back once, however often the run ends', async () => {
  const before = process.listenerCount('exit')
  const { stream, text } = recordingStream(80)
  const display = await liveDisplay(stream)
  display.started(header)
  vi.advanceTimersByTime(500)
  display.finished()
  const ended = text()
  expect(ended.lastIndexOf('\u001b[?25h')).toBeGreaterThan(ended.lastIndexOf('\u001b[?25l'))
  expect(ended.lastIndexOf('\u001b[?7h')).toBeGreaterThan(ended.lastIndexOf('\u001b[?7l'))
  display.finished()
  vi.advanceTimersByTime(5000)
  expect(text()).toBe(ended)
  expect(process.listenerCount('exit')).toBe(before)
})

test('a process that exits in the middle shows its cursor again', async () => {
  const { stream, text } = recordingStream(80)
  const display = await liveDisplay(stream)
  display.started(header)
  const [restore] = process.listeners('exit').slice(-1)
  restore?.call(process, 1)
  expect(text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(text().lastIndexOf('\u001b[?25l'))
  display.finished()
})

test('what a program prints cannot move the cursor', async () => {
  const { stream, text } = recordingStream(80)
  const display = await liveDisplay(stream)
  display.note('one\r\ntwo \u001b[2J three\u0007four')
  display.finished()
  expect(text()).toBe('one\ntwo  three four\n')
})

test('a trial keeps its line until it ends, and free lines go to trials that have none', () => {
  expect(fillSlots([], [1, 2, 3], 2)).toEqual([1, 2])
  expect(fillSlots([1, 2], [2, 3], 2)).toEqual([3, 2])
  expect(fillSlots([3, 2], [2], 2)).toEqual([undefined, 2])
})
