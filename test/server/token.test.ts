import fc from 'fast-check'
import { expect, test } from 'vitest'

import { withoutToken } from '../../src/server/guards/token.ts'
import { servedStore, type Served } from './served-store.ts'

const paths = ['/', '/api/v1/sweeps', '/api/v1/openapi.json', '/assets/x.js', '/sweeps/a', '/icon.svg']

test.each(['127.0.0.1', '0.0.0.0'])('a client without the token of this start gets nothing from %s', async (host) => {
  const [{ ask, url, token }, other] = [await servedStore({ host }), await servedStore({ host })]
  expect(token).toMatch(/^[0-9a-f]{48}$/)
  expect(other.token).not.toBe(token)
  const status = async (path: string, headers: Record<string, string> = {}) =>
    (await ask(path, { anonymous: true, headers: { host: url.host, ...headers } })).status
  for (const path of paths) {
    expect([path, await status(path)]).toEqual([path, 401])
    expect([path, await status(`${path}?token=${other.token}`)]).toEqual([path, 401])
    expect([path, await status(path, { authorization: `Bearer ${other.token}` })]).toEqual([path, 401])
    expect([path, await status(path, { cookie: `swath_${url.port}=${token}` })]).toEqual([path, 401])
  }
  expect((await ask('/api/v1/sql', { anonymous: true, method: 'POST', body: '{}' })).status).toBe(401)
  // A token in the address is for reading: a form of another page could send it.
  expect((await ask(`/api/v1/sql?token=${token}`, { anonymous: true, method: 'POST', body: '{}' })).status).toBe(401)
  expect(await status('/api/v1/sweeps', { authorization: `Bearer ${token}` })).toBe(200)
  expect(await status(`/api/v1/sweeps?token=${token}`)).toBe(200)
})

test('a browser gets a cookie for the token, and an address without it', async () => {
  const served = await servedStore()
  const { ask, token } = served
  const opened = await ask(`/sweeps/a?x=1&token=${token}`, { anonymous: true })
  expect([opened.status, opened.headers.location]).toEqual([303, '/sweeps/a?x=1'])
  expect(String(opened.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Lax/i)
  const cookie = cookieOf(opened.headers)
  expect(cookie).not.toContain(token)
  for (const path of ['/', '/api/v1/sweeps']) expect((await ask(path, { headers: { cookie } })).status).toBe(200)
})

test('a cookie opens the port that it names and no other, also where both have the same token', async () => {
  const token = 'the same for both'
  const [one, other] = [await servedStore({ token }), await servedStore({ token })]
  const enter = async ({ ask }: Served) => cookieOf((await ask(`/?${query(token)}`, { anonymous: true })).headers)
  const [cookie, otherCookie] = [await enter(one), await enter(other)]
  expect(cookie).toMatch(new RegExp(`^swath_${one.url.port}=`))
  const status = async (sent: string) => (await one.ask('/api/v1/sweeps', { headers: { cookie: sent } })).status
  expect(await status(`${cookie}; ${otherCookie}`)).toBe(200)
  expect(await status(otherCookie)).toBe(401)
  expect(await status(otherCookie.replace(other.url.port, one.url.port))).toBe(401)
})

test('no address leads to another server when its token is dropped', async () => {
  const { ask, token, url } = await servedStore()
  for (const path of [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/.//evil.example',
    '/..//evil.example',
  ]) {
    const { status, headers } = await ask(`${path}/?token=${token}`, { anonymous: true, headers: { host: url.host } })
    // Before any guard, the server refuses a backslash.
    expect([path, status]).toEqual([path, path.includes('\\') ? 400 : 303])
    if (status === 303) expect([path, headers.location]).toEqual([path, '/evil.example/'])
  }
  const part = fc.oneof(
    fc.constantFrom('/', '\\', '//', '.', '..', '\t', '@', ':', '%2f', '%5c', '?', '#'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const asked = new URL('http://127.0.0.1:7020')
      asked.pathname = parts.join('')
      const address = `${asked.href}?token=secret&x=1`
      const led = new URL(withoutToken(address), asked)
      expect([led.origin, led.search]).toEqual([asked.origin, '?x=1'])
    }),
  )
})

test('a browser without the token is asked for it, and keeps the view that it wanted', async () => {
  const { ask } = await servedStore()
  const wanted = `/sweeps/a?${query('', { where: 'x > "1" & <b>' })}`
  const { status, headers, text } = await ask(wanted, { anonymous: true, headers: { accept: 'text/html' } })
  expect([status, headers['content-type']]).toEqual([401, expect.stringContaining('text/html')])
  expect(text).toContain('<input type="hidden" name="where" value="x &gt; &quot;1&quot; &amp; &lt;b&gt;" />')
  expect(text).toMatch(/<input name="token" type="password"/)
})

test('with `false` for a token every client of the machine is admitted', async () => {
  const { ask } = await servedStore({ token: false })
  expect((await ask('/api/v1/sweeps', { anonymous: true })).status).toBe(200)
})

function cookieOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const [cookie = ''] = headers['set-cookie'] ?? []
  return cookie.split(';')[0] ?? ''
}

function query(token: string, others: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ ...others, ...(token === '' ? {} : { token }) }).toString()
}
