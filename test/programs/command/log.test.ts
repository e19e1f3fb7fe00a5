import { expect, test } from 'vitest'
import { CommandLog, LastLines } from '../../../src/programs/command/log.ts'

function recordingLog(now: () => number): { log: CommandLog; written: string[] } {
  const written: string[] = []
  return { log: new CommandLog((text) => written.push(text), now), written }
}

test('a thousand lines a second are shown, more are counted', () => {
  let now = 0
  const { log, written } = recordingLog(() => now)
  for (let k = 0; k < 3_000; k++) log.line('y')
  now = 1_000
  log.line('later')
  for (let k = 0; k < 1_000; k++) log.line('z')
  log.end()
  expect(written).toHaveLength(2_002)
  expect(written.slice(1_000, 1_002)).toEqual(['(2,000 more lines)\n', 'later\n'])
  expect(written.at(-1)).toBe('(1 more lines)\n')
})

test('empty lines are left out, long ones are cut', () => {
  const { log, written } = recordingLog(() => 0)
  log.line('  ')
  log.line('x'.repeat(10_000))
  expect(written).toEqual([`${'x'.repeat(4_000)} …\n`])
})

test('of stderr the last twenty lines are kept', () => {
  const kept = new LastLines()
  for (let k = 1; k <= 100; k++) kept.add(`line ${k}${k === 100 ? '!'.repeat(5_000) : ''}`)
  const lines = String(kept).split('\n')
  expect(lines).toHaveLength(20)
  expect(lines[0]).toBe('line 81')
  expect(lines[19]).toHaveLength(1_002)
})
