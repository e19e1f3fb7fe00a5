import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, expect, onTestFinished, test, vi } from 'vitest'

import { sqliteDriver } from '../../../src/setup/sqlite.ts'
import { Reader } from '../../../src/store/reader/reader.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const question = { statement: 'select 1 as a', limit: 10, timeoutMs: Infinity }

/** A reader whose process runs this code before all else, as a process does that a limit of the system hits. */
async function readerAfter(code: string, startMs?: number): Promise<Reader> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-start-'))
  writeFileSync(join(folder, 'first.cjs'), code)
  vi.stubEnv('NODE_OPTIONS', `--require ${join(folder, 'first.cjs')}`)
  const path = join(folder, 'a.db')
  const settings = { kind: 'sqlite', path, driver: await sqliteDriver(), busyTimeoutMs: 1_000 } as const
  const reader = new Reader(settings, () => undefined, startMs)
  onTestFinished(async () => {
    await reader.close()
    rmSync(folder, { recursive: true })
  })
  return reader
}

test.each([
  ['ends', 'process.exit(1)', 'exit code 1'],
  ['is aborted', "process.kill(process.pid, 'SIGABRT')", 'SIGABRT'],
  ['is killed', "process.kill(process.pid, 'SIGKILL')", 'SIGKILL'],
])('a process that %s as it starts is the fault of the machine, not of the question', async (_, code, how) => {
  const reader = await readerAfter(code)
  await expect(reader.ask(question)).rejects.toMatchObject({
    code: 'setup',
    exitCode: 1,
    message: `the process that answers questions could not start (${how})`,
  })
  // The next question starts another process.
  await expect(reader.ask(question)).rejects.toMatchObject({ code: 'setup' })
})

test('a process that hangs as it starts is ended', async () => {
  const reader = await readerAfter('for (;;) {}', 200)
  await expect(reader.ask(question)).rejects.toMatchObject({ code: 'setup', exitCode: 1 })
})
