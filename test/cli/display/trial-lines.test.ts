import pico from 'picocolors'
import { expect, test } from 'vitest'

import type { TrackedTrial } from '../../../src/cli/display/run-tracker.ts'
import { TrialLines } from '../../../src/cli/display/trial-lines.ts'
import { header } from './recording.ts'

const style = { colors: pico.createColors(false), marks: { full: '━', rest: '─', good: '✓', bad: '✗' } }

const trial = (id: number, width: number): TrackedTrial => ({
  ...{ id, worker: id, label: { depth: 3, width }, objectives: [], startedAt: 0 },
  progress: { epoch: 2, epochs: 2, fraction: 0.5, imagesPerSecond: 58_231, loss: 0.25 },
  report: { epoch: 1, val_accuracy: 0.9631 },
})
const loading: TrackedTrial = { ...trial(3, 128), progress: undefined, report: undefined }

test('a running trial says as much as the terminal has room for', () => {
  const lines = new TrialLines(header, style)
  const said = [120, 79, 59, 40].flatMap((width) => lines.running([trial(1, 1024), trial(2, 512), loading], width))
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "   1  depth 3, width 1024  ━━━━━━━━━━━━━━━━━━──────  epoch 2/2   58,231 images/s  loss 0.2500  val accuracy 96.31 %
       2  depth 3, width 512   ━━━━━━━━━━━━━━━━━━──────  epoch 2/2   58,231 images/s  loss 0.2500  val accuracy 96.31 %
       3  depth 3, width 128   loading
       1  depth 3, width 1024  ━━━━━━──  2/2  58.2k img/s  loss 0.2500  val 96.31 %
       2  depth 3, width 512   ━━━━━━──  2/2  58.2k img/s  loss 0.2500  val 96.31 %
       3  depth 3, width 128   loading
       1  depth 3, width 1024  ━━━━━━━━━━━───  2/2  val 96.31 %
       2  depth 3, width 512   ━━━━━━━━━━━───  2/2  val 96.31 %
       3  depth 3, width 128   loading
       1  depth 3, width 10…  2/2  val 96.31 %
       2  depth 3, width 512  2/2  val 96.31 %
       3  depth 3, width 128  loading"
  `)
})

test('what is in a line stays where it is while other trials come and go', () => {
  const lines = new TrialLines(header, style)
  const [before = ''] = lines.running([trial(1, 512), trial(2, 1024)], 79)
  const [after = ''] = lines.running([trial(1, 512)], 79)
  expect(after).toBe(before)
})

test('an ended trial tells its time and its best known metric, within the width', () => {
  const lines = new TrialLines(header, style)
  const ended = { ...trial(1, 512), report: { epoch: 2, val_accuracy: 0.96, test_accuracy: 0.9575, val_loss: 0.1 } }
  const said = [79, 40].flatMap((width) =>
    lines.ended(ended, { status: 'completed', weightsSha256: null, checkpoint: null }, 3.2, width),
  )
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "✓  1  depth 3, width 512  3.20 s  test accuracy 95.75 %
    ✓  1  depth 3, width 512  3.20 s  test accuracy 95.75 %"
  `)
})

test('a trial of a program that reports nothing still has its line', () => {
  const [line] = new TrialLines(header, style).running(
    [{ ...loading, progress: { epoch: 1, epochs: 3, fraction: 0 } }],
    79,
  )
  expect(line).toContain('epoch 1/3')
})

test('a line says the objectives of the sweep, not what is best known', () => {
  const lines = new TrialLines(header, style)
  const own = {
    ...trial(1, 512),
    objectives: ['reward', 'mem'],
    report: { epoch: 2, val_accuracy: 0.96, mem: 8, reward: 2.5 },
  }
  expect(lines.running([own], 120).join('')).toMatch(/ reward 2\.5$/)
  const done = { status: 'completed', weightsSha256: null, checkpoint: null } as const
  expect(lines.ended(own, done, 3.2, 120).join('')).toMatch(/ 3\.20 s {2}reward 2\.5, mem 8$/)
})
