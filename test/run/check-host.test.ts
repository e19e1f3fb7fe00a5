import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'

import { checkHost } from '../../src/run/check-host.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

const context = {
  program: { builtin: 'mlp' },
  observer: { note: () => undefined },
  signal: new AbortController().signal,
}

test('a folder that can be written, or made, is left as it was', async () => {
  const folder = temporaryFolder()
  await checkHost({ workFolder: folder, ...context })
  await checkHost({ workFolder: join(folder, 'not', 'there', 'yet'), ...context })
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that cannot be made is refused with what to do', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  vi.stubEnv('SWATH_CACHE', file)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  await expect(checkHost({ workFolder: join(file, 'cache'), ...context })).rejects.toMatchObject({
    code: 'setup',
    message: expect.stringContaining(
      `this host can take no trial: ${join(file, 'cache')} cannot be written: `,
    ) as string,
    hint: expect.stringContaining('SWATH_CACHE') as string,
  })
})

test.runIf(process.getuid?.() !== 0)('a folder without the right to write in it is refused', async () => {
  const folder = join(temporaryFolder(), 'closed')
  mkdirSync(folder, { mode: 0o555 })
  onTestFinished(() => {
    chmodSync(folder, 0o755)
  })
  await expect(checkHost({ workFolder: folder, ...context })).rejects.toThrow('cannot be written: ')
})

test('the folder for temporary files is tried, too, where the program is not a command', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  vi.stubEnv('TMPDIR', join(file, 'tmp'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const workFolder = dirname(file)
  const command = { command: ['true'], folder: workFolder, script: null }
  await checkHost({ ...context, workFolder, program: command })
  await expect(checkHost({ workFolder, ...context })).rejects.toMatchObject({
    hint: expect.stringContaining('TMPDIR') as string,
  })
})
