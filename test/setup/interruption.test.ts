import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { CommandError, runCommand } from '../../src/setup/commands.ts'

const script = fileURLToPath(new URL('install-with-command.ts', import.meta.url))
let cache: string

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'swath-interruption-'))
})

afterEach(() => {
  rmSync(cache, { recursive: true, force: true })
})

/** One that has ended but that nobody has asked about is a zombie. */
function runs(pid: string): boolean {
  return /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim())
}

describe.skipIf(process.platform === 'win32')('a signal to a process that installs', () => {
  // `kill`, unlike Ctrl-C, reaches this process alone: pip, npm, make and the compiler went on without it.
  it.each([
    ['by default', [], [null, 'SIGTERM']],
    ['with a handler that waits for the second one', ['handler'], [130, null]],
  ])('ends it at once, with its commands and theirs, %s', async (_, args, end) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      env: { ...process.env, SWATH_CACHE: cache },
      stdio: 'ignore',
    })
    const exited = once(child, 'exit')
    await vi.waitUntil(() => existsSync(join(cache, 'pids')), { timeout: 30_000 })
    const pids = readFileSync(join(cache, 'pids'), 'utf8').trim().split(' ')
    expect(pids.map(runs)).toEqual([true, true])

    child.kill('SIGTERM')
    expect(await exited).toEqual(end)
    await vi.waitUntil(() => !pids.some(runs), { timeout: 10_000 })
    expect(existsSync(join(cache, 'part.lock'))).toBe(false)
  })
})

describe('a command', () => {
  it('returns what it printed', async () => {
    expect(await runCommand(process.execPath, ['-p', '6 * 7'])).toBe('42\n')
  })

  it('can ask nothing, so it does not wait for an answer that nobody gives', async () => {
    const asks = 'process.stdin.on("data", () => 0).on("end", () => console.log("nobody there"))'
    expect(await runCommand(process.execPath, ['-e', asks])).toBe('nobody there\n')
  })

  it.each([
    ['what it wrote last', ['-e', 'console.error("no luck"); process.exit(3)'], 'no luck'],
    ['its exit code where it wrote nothing', ['-e', 'process.exit(3)'], 'exit code 3'],
    ['what signal ended it', ['-e', 'process.kill(process.pid, "SIGILL")'], 'ended by SIGILL'],
  ])('that fails tells %s', async (_, args, output) => {
    const error = await runCommand(process.execPath, args).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CommandError)
    expect(error).toMatchObject({ output })
  })

  it('that is not there is an error, not a crash', async () => {
    // A folder of the PATH that may not be read would make it another error.
    await expect(runCommand('swath-no-such-command', [], { env: { PATH: cache } })).rejects.toMatchObject({
      output: 'spawn swath-no-such-command ENOENT',
    })
  })

  it.skipIf(process.platform === 'win32')('ends with this process where it exits by itself', async () => {
    const commands = JSON.stringify(new URL('../../src/setup/commands.ts', import.meta.url).href)
    const file = JSON.stringify(join(cache, 'pid'))
    const leaving = `
      import { existsSync } from 'node:fs'
      import { runCommand } from ${commands}
      void runCommand('sh', ['-c', 'echo $$ > ' + ${file} + '.part; mv ' + ${file} + '.part ' + ${file} + '; exec sleep 1000'])
      setInterval(() => existsSync(${file}) && process.exit(0), 10)
    `
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', leaving])
    const pid = readFileSync(join(cache, 'pid'), 'utf8').trim()
    await vi.waitUntil(() => !runs(pid), { timeout: 10_000 })
  })
})
