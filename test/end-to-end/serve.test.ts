import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { Swath, workFolder } from './swath.ts'

/** Starts `swath serve`; resolves once it has printed its address. */
async function serveIn(folder: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const server = new Swath(['serve', '--port', '0', ...args], folder, undefined, { SWATH_TOKEN: '', ...environment })
  const line = await server.line(/http:\/\//)
  return { server, url: new URL(/http:\S+/.exec(line)?.[0] ?? '') }
}

const statusOf = async (address: string | URL, init?: RequestInit) => (await fetch(address, init)).status
const sweeps = (url: URL) => new URL('/api/v1/sweeps', url)

test('each start prints an address with a token of its own, and wants it', async () => {
  const [one, other] = [await serveIn(workFolder()), await serveIn(workFolder())]
  const tokens = [one, other].map(({ url }) => url.searchParams.get('token') ?? '')
  expect(tokens[0]).toMatch(/^[0-9a-f]{48}$/)
  expect(tokens[0]).not.toBe(tokens[1])
  expect(await statusOf(sweeps(one.url))).toBe(401)
  expect(await statusOf(sweeps(one.url), { headers: { authorization: `Bearer ${tokens[0]}` } })).toBe(200)
})

test('a token that the user sets is wanted and not printed', async () => {
  for (const [args, environment] of [
    [[], { SWATH_TOKEN: 'of the user' }],
    [['--token', 'of the user'], {}],
  ] as const) {
    const { server, url } = await serveIn(workFolder(), args, environment)
    expect(await statusOf(sweeps(url))).toBe(401)
    expect(await statusOf(sweeps(url), { headers: { authorization: 'Bearer of the user' } })).toBe(200)
    server.child.kill('SIGINT')
    expect((await server.finished).stderr).not.toContain('of the user')
  }
})

test('--no-token warns and admits every client of the machine', async () => {
  const { server, url } = await serveIn(workFolder(), ['--no-token'], { SWATH_TOKEN: 'not used' })
  await server.says(/--no-token: every user of this machine can run programs here as you/)
  expect(await statusOf(sweeps(url))).toBe(200)
})

test.each([
  ['an empty token', ['--token='], '--token: expected one text that is not empty'],
  ['two tokens', ['--token', 'a', '--token', 'b'], '--token was given 2 times'],
  ['a token and none', ['--token', 'a', '--no-token'], '--token was given 2 times'],
])('%s is refused', async (_, args, message) => {
  const { code, stderr } = await new Swath(['serve', '--port', '0', ...args], workFolder()).finished
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})

test.skipIf(process.platform !== 'linux')('--open shows the token to no other user of the machine', async () => {
  const folder = workFolder({ 'xdg-open': '#!/bin/sh\nprintf %s "$*" > opened.part; mv opened.part opened\n' })
  chmodSync(join(folder, 'xdg-open'), 0o755)
  const { server, url } = await serveIn(folder, ['--open'], { PATH: `${folder}:${process.env.PATH ?? ''}` })
  await expect.poll(() => readdirSync(folder)).toContain('opened')
  const file = readFileSync(join(folder, 'opened'), 'utf8')
  // What other users can see: the arguments of all processes, and files that they may read.
  expect(file).not.toContain(url.searchParams.get('token'))
  expect(readFileSync(file, 'utf8')).toContain(`content="0; url=${url.href}"`)
  expect([statSync(file).mode & 0o077, statSync(dirname(file)).mode & 0o077]).toEqual([0, 0])
  server.child.kill('SIGINT')
  await server.finished
  expect(() => statSync(file)).toThrow()
})

test('`swath run --open` starts a page with a token beside the run', async () => {
  const folder = workFolder({ 'a.yaml': sweep })
  writeFileSync(join(folder, 'xdg-open'), '#!/bin/sh\n', { mode: 0o755 })
  const run = new Swath(['run', 'a.yaml', '--open'], folder, undefined, {
    ...{ SWATH_TOKEN: '', PATH: `${folder}:${process.env.PATH ?? ''}` },
  })
  const url = new URL(/http:\S+/.exec(await run.line(/http:\/\//))?.[0] ?? '')
  expect(await statusOf(sweeps(url))).toBe(401)
  const authorization = `Bearer ${url.searchParams.get('token') ?? ''}`
  expect(await statusOf(sweeps(url), { headers: { authorization } })).toBe(200)
  run.child.kill('SIGINT')
  await run.finished
})

const sweep = `name: a
command: [sh, -c, 'echo "{\\"score\\": 1}"']
method: grid
metric: { name: score, goal: maximize }
resources: { cores: 0 }
parameters: { x: { values: [1, 2] } }
`
