import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { Swath, workFolder } from './swath.ts'

const port = 1
const locations = [
  `postgres://me:Zx9Zx9@127.0.0.1:${port}/db`,
  `postgresql://127.0.0.1:${port}/db?user=me&password=Zx9Zx9`,
  `postgres://me:Zx9%20Zx9@127.0.0.1:${port},127.0.0.1:2/db`,
  `postgres://me:Zx9@Zx9@127.0.0.1:port/db`,
  'postgres:me:Zx9Zx9@127.0.0.1/db',
  'mysql://me:Zx9Zx9@127.0.0.1/db',
  'host=127.0.0.1 user=me password=Zx9Zx9',
  'me:Zx9Zx9@127.0.0.1/db',
  '//me:Zx9Zx9@127.0.0.1/db',
  'sqlite:me:Zx9Zx9@127.0.0.1/db',
  'sqlite://me:Zx9Zx9@127.0.0.1/db',
]

test.each(locations)('--store %s is shown without its password, also with --debug', async (location) => {
  for (const args of [['list'], ['doctor'], ['list', '--debug']]) {
    const { code, stdout, stderr } = await new Swath([...args, '--store', location], workFolder()).finished
    expect(code).not.toBe(0)
    expect(stdout + stderr).not.toContain('Zx9')
    expect(stdout + stderr).not.toBe('')
  }
})

test.each(['postgres://me:Zx9Zx9@127.0.0.1/db', 'me:Zx9Zx9@127.0.0.1/db'])(
  'a store that is named without --store, as %s, is shown without its password',
  async (location) => {
    const { code, stderr } = await new Swath(['list', location], workFolder()).finished
    expect(code).toBe(2)
    expect(stderr).toMatch(/Unknown argument: .*me/)
    expect(stderr).not.toContain('Zx9')
  },
)

test('a password that the environment names is in no message', async () => {
  const environment = { SWATH_STORE: locations[0], PGPASSWORD: 'Zx9Zx9', SWATH_OWNER_PASSWORD: 'Zx9Zx9' }
  for (const args of [
    ['list', '--debug'],
    ['setup', 'postgres', '--roles', '--debug'],
  ]) {
    const { code, stdout, stderr } = await new Swath(args, workFolder(), undefined, environment).finished
    expect(code).not.toBe(0)
    expect(stdout + stderr).not.toContain('Zx9')
  }
})

test.skipIf(process.platform !== 'linux')('no list of processes shows a token or a password for long', async () => {
  const server = new Swath(['serve', '--port', '0', '--token', 'Zx9Zx9', '--store=sqlite:a.db'], workFolder())
  await server.says(/http:/)
  const shown = readFileSync(`/proc/${server.child.pid}/cmdline`, 'utf8')
  expect(shown).toContain('--token … --store=sqlite:a.db')
  expect(shown).not.toContain('Zx9')
})
