import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { serve as listen } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'

import { errorAnswer } from '../../src/server/errors.ts'
import { rateLimit } from '../../src/server/guards/limits.ts'

import { servedStore } from './served-store.ts'

const json = { 'content-type': 'application/json' }
const question = JSON.stringify({ statement: 'select 1 as one' })

test('a page of this server may read and act', async () => {
  const { ask, url } = await servedStore()
  const own = { origin: url.origin, host: url.host, 'sec-fetch-site': 'same-origin' }
  expect((await ask('/api/v1/sweeps', { headers: own })).status).toBe(200)
  const { status, text } = await ask('/api/v1/sql', { method: 'POST', headers: { ...own, ...json }, body: question })
  expect([status, JSON.parse(text)]).toMatchObject([200, { rows: [[1]] }])
})

test('whoever calls it by a name that is not its own is turned away, so that no other name can lead here', async () => {
  const { ask, url } = await servedStore({ allowedHosts: ['sweeps.example.org'] })
  const status = async (host: string) => (await ask('/api/v1/sweeps', { headers: { host } })).status
  expect(await status('evil.example.com')).toBe(421)
  expect(await status(`evil.example.com:${url.port}`)).toBe(421)
  expect(await status(`localhost:${url.port}`)).toBe(200)
  expect(await status(`[::1]:${url.port}`)).toBe(200)
  expect(await status('Sweeps.Example.org')).toBe(200)
})

test('a page of another origin can neither read nor act', async () => {
  const { ask, url } = await servedStore()
  const status = async (headers: Record<string, string>, method = 'GET') =>
    (await ask('/api/v1/sql', { method, headers: { ...json, ...headers }, body: question })).status
  expect(await status({ origin: 'https://evil.example.com' }, 'POST')).toBe(403)
  expect(await status({ origin: 'null' }, 'POST')).toBe(403)
  expect(await status({ origin: 'http://127.0.0.1:1' }, 'POST')).toBe(403)
  expect(await status({ host: url.host, origin: `https://${url.host}` }, 'POST')).toBe(403)
  expect(await status({ host: url.host, origin: `http://${url.host}` }, 'POST')).toBe(200)
  expect(await status({ 'sec-fetch-site': 'cross-site' }, 'POST')).toBe(403)
  expect(await status({ 'sec-fetch-site': 'same-site' }, 'POST')).toBe(403)
  const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
  expect((await ask('/api/v1/sweeps', { headers: image })).status).toBe(403)
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  expect((await ask('/', { headers: link })).status).toBe(200)
})

test('behind a proxy that ends TLS only the page at https is of this origin', async () => {
  const { ask } = await servedStore({ allowedHosts: ['sweeps.example.org'] })
  const proxied = { ...json, host: 'sweeps.example.org', 'x-forwarded-proto': 'https' }
  const status = async (origin: string) =>
    (await ask('/api/v1/sql', { method: 'POST', headers: { ...proxied, origin }, body: question })).status
  expect(await status('https://sweeps.example.org')).toBe(200)
  expect(await status('http://sweeps.example.org')).toBe(403)
})

test('a page may run no script and load nothing that is not of this server', async () => {
  const { ask } = await servedStore()
  const { headers, text } = await ask('/')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("style-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  expect(headers['x-content-type-options']).toBe('nosniff')
  // Nothing of it leads elsewhere, and no script or style stands in it.
  expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=/)
})

test('more than a sweep file or a picture can be is not read', async () => {
  const { ask } = await servedStore()
  const post = (path: string, body: string, type = 'application/json') =>
    ask(path, { method: 'POST', headers: { 'content-type': type, 'content-length': String(body.length) }, body })
  const large = JSON.stringify({ statement: `select '${'x'.repeat(2 ** 21)}'` })
  expect((await post('/api/v1/sql', large)).status).toBe(413)
  expect((await post('/api/v1/sweeps/check', JSON.stringify({ source: 'x'.repeat(2 ** 21) }))).status).toBe(413)
  // It is turned away by what it says that it is, before the rest is sent.
  const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': String(11 * 2 ** 20) }
  expect((await ask('/api/v1/trials/1/predict', { method: 'POST', headers, body: '--b' })).status).toBe(413)
})

test('who asks without end has to wait', async () => {
  // A clock that stands still gives nobody new requests.
  const app = new Hono().use(rateLimit({ now: () => 0 })).get('/', (context) => context.text('here'))
  app.onError(errorAnswer)
  const server = listen({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const statuses: number[] = []
  for (let k = 0; k < 510; k++) {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    await response.text()
    statuses.push(response.status)
  }
  expect(statuses.slice(0, 500).every((status) => status === 200)).toBe(true)
  expect(statuses.slice(500).every((status) => status === 429)).toBe(true)
})

test('SQL can neither write nor leave the store', async () => {
  const { ask } = await servedStore()
  const refused = [
    'delete from sweeps',
    "attach database '/tmp/other.db' as other",
    'pragma journal_mode = delete',
    "insert into events (sweep_id, at, kind) values (1, '', '')",
    "vacuum into '/tmp/copy.db'",
    "select load_extension('/tmp/x')",
    'select 1; select 2',
    "select writefile('/tmp/x', 'x')",
  ]
  for (const statement of refused) {
    const { status } = await ask('/api/v1/sql', { method: 'POST', headers: json, body: JSON.stringify({ statement }) })
    expect([statement, status]).toEqual([statement, 400])
  }
})

test('no path leads out of the page and the artifacts', async () => {
  const { ask } = await servedStore()
  for (const path of [
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/%5c..%5c..%5cpackage.json',
  ]) {
    const { status, text } = await ask(path)
    expect(text).not.toContain('"dependencies"')
    // An address of the page's own, or none.
    expect(status === 404 || status === 400 || text.includes('<div id="page">')).toBe(true)
  }
  for (const id of ['..%2f..%2fswath.db', '0', '-1', '1e99', 'x']) {
    expect((await ask(`/api/v1/artifacts/${id}`)).status).toBe(404)
  }
})

test('errors say what and what next, and show no stack', async () => {
  const { ask } = await servedStore()
  const missing = await ask('/api/v1/sweeps/nope')
  expect([missing.status, JSON.parse(missing.text)]).toMatchObject([
    404,
    { error: { code: 'not-found', hint: '`swath list` shows what there is' } },
  ])
  const broken = await ask('/api/v1/sql', { method: 'POST', headers: json, body: '{' })
  expect(broken.status).toBe(400)
  const wrong = await ask('/api/v1/sweeps/nope/trials?limit=many')
  expect([wrong.status, wrong.text]).toMatchObject([400, /limit/])
  const nowhere = await ask('/api/v1/nowhere')
  expect(nowhere.status).toBe(404)
  for (const { text } of [missing, broken, wrong, nowhere]) expect(text).not.toMatch(/\bat .*\.[tj]s|node_modules/)
})
