import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { holdPipe, livenessIn, processName } from '../src/process-pipe.ts'
import { temporaryFolder } from './store/temporary-store.ts'

const [first, second] = ['0123456789abcdef', 'fedcba9876543210']

/** A pipe that no process holds, as one that was killed leaves it. */
function abandonedPipe(folder: string, name: string): string {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

test('a process that holds its pipe runs, one whose pipe nobody holds has ended', () => {
  const folder = join(temporaryFolder(), 'processes')
  holdPipe(folder)
  holdPipe(folder)
  expect(readdirSync(folder)).toEqual([processName])
  expect(livenessIn(folder, processName)).toBe('running')
  abandonedPipe(folder, first)
  expect(livenessIn(folder, first)).toBe('ended')
})

test('a name that no process has, or a file that is no pipe, tells nothing', () => {
  const folder = temporaryFolder()
  abandonedPipe(folder, 'outside')
  writeFileSync(join(folder, first), '')
  const names = ['', '8123456', 'outside', '../outside', `../${first}`, first, second, `${second}/..`]
  for (const name of names) expect([name, livenessIn(folder, name)]).toEqual([name, 'unknown'])
})

test('pipes of processes that ended are removed after a day, by which others know that they ended', () => {
  const folder = temporaryFolder()
  const [old, recent] = [abandonedPipe(folder, first), abandonedPipe(folder, second)]
  utimesSync(old, new Date(0), new Date(0))
  holdPipe(folder)
  expect([existsSync(old), existsSync(recent)]).toEqual([false, true])
})
