import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

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

test('a process that holds its pipe runs, and one whose pipe is not held has ended', () => {
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

/** What becomes of opening a pipe as another user. */
function openedByOther(path: string, flag: 'O_RDONLY' | 'O_WRONLY'): string {
  const script = `
    const { constants, openSync } = require('node:fs')
    try { openSync(process.argv[1], constants.${flag} | constants.O_NONBLOCK); console.log('opened') }
    catch (error) { console.log(error.code) }`
  const nobody = 65_534
  return execFileSync(process.execPath, ['-e', script, path], {
    uid: nobody,
    gid: nobody,
    cwd: '/',
    encoding: 'utf8',
  }).trim()
}

test('other users ask by a pipe, and cannot hold it themselves', () => {
  // Each test file is a process of its own, which has one pipe a folder.
  const folder = join(temporaryFolder(), 'processes')
  mkdirSync(folder)
  for (let above = folder; above.startsWith(tmpdir()) && above !== tmpdir(); above = dirname(above))
    chmodSync(above, 0o755)
  holdPipe(folder)
  const pipe = join(folder, processName)
  expect((statSync(pipe).mode & 0o777).toString(8)).toBe('622')
  // Only root can become another user.
  if (process.getuid?.() !== 0) return
  expect(openedByOther(pipe, 'O_WRONLY')).toBe('opened')
  expect(openedByOther(pipe, 'O_RDONLY')).toBe('EACCES')
})
