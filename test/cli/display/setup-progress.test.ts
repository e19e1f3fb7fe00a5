import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { setupProgress } from '../../../src/cli/display/setup-progress.ts'
import { linesOf, recordingStream } from './recording.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  vi.stubEnv('CI', '')
  vi.stubEnv('TERM', 'xterm')
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

test('on a pipe a set-up is a line a phase', async () => {
  const { stream, text } = recordingStream()
  const setup = await setupProgress(stream)
  for (const fraction of [0, 0.5, 1]) setup.phase('TensorFlow', 'downloading', fraction)
  setup.phase('TensorFlow', 'unpacking')
  setup.done('TensorFlow')
  setup.done('SQLite driver')
  expect(text()).toBe('TensorFlow: downloading\nTensorFlow: unpacking\nTensorFlow: ready\n')
})

test('on a terminal parts may come one after another, under one heading', async () => {
  const { stream, text } = recordingStream(80)
  const setup = await setupProgress(stream)
  setup.phase('SQLite driver', 'compiling')
  vi.advanceTimersByTime(5000)
  setup.done('SQLite driver')
  setup.phase('TensorFlow', 'downloading', 0.5)
  setup.done('TensorFlow')
  const said = linesOf(text()).join('\n')
  expect(said.match(/Setting up/g)).toHaveLength(1)
  expect(said).toContain('compiling, 4 s')
  expect(said).toContain('SQLite driver  ready after 5 s')
  expect(said).toContain('TensorFlow     ready after 1 s')
  expect(text()).not.toContain('\u001b[?25l')
})
