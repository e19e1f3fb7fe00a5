import pg from 'pg'
import { expect, inject, test } from 'vitest'

import { openStore } from '../../../src/store/open.ts'
import { obstacle } from '../../../src/store/postgres/errors.ts'

const changed = (change: (url: URL) => void) => {
  const url = new URL(inject('postgres').url)
  change(url)
  return url.href
}

test.each([
  ['a wrong password', (url: URL) => (url.password = 'secret'), /^postgres:\S+ does not let you in/, /PGPASSWORD/],
  ['no password', (url: URL) => (url.password = ''), /does not let you in/, /PGPASSWORD, ~\/\.pgpass/],
  [
    'a user who is not there',
    (url: URL) => (url.username = 'nobody'),
    /does not let you in/,
    /check user and password/,
  ],
  ['a database that is not there', (url: URL) => (url.pathname = '/none'), /is not there/, /createdb/],
  ['a host that is not there', (url: URL) => (url.hostname = 'none.invalid'), /has no such host/, /check the host/],
  [
    'a port on which nobody listens',
    (url: URL) => (url.port = '1'),
    /is not answered by any server/,
    /start PostgreSQL/,
  ],
  ['TLS of a server without', (url: URL) => (url.search = 'sslmode=require'), /has no encryption/, /sslmode=disable/],
])('%s is told, with what to do', async (_, change, message, hint) => {
  const location = changed(change)
  const opened = openStore(location, 'write')
  await expect(opened).rejects.toMatchObject({
    ...{ code: 'store', exitCode: 1 },
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  })
  await expect(opened).rejects.not.toThrow('secret')
})

test('a store that is not there is none, and none is made', async () => {
  const { url } = inject('postgres')
  const opened = openStore(`${url}?schema=none`, 'change')
  await expect(opened).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(/^there is no store at/) as string,
  })
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query("select from pg_namespace where nspname = 'none'")
  await client.end()
  expect(rows).toEqual([])
})

const ofServer = (code: string) => Object.assign(new pg.DatabaseError('it says', 0, 'error'), { code })
const ofSystem = (code: string, syscall = 'connect') => Object.assign(new Error('it says'), { code, syscall })

test('what passes is told from what does not', () => {
  for (const code of ['57P01', '57P02', '57P03', '53100', '53300', '08006']) {
    expect(obstacle(ofServer(code)), code).toBeDefined()
  }
  for (const code of ['23505', '42P01', '28P01', '3D000', '22003', '57014', '40P01', '40001', '55P03']) {
    expect(obstacle(ofServer(code)), code).toBeUndefined()
  }
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ENOENT']) {
    expect(obstacle(ofSystem(code)), code).toBeDefined()
  }
  expect(obstacle(ofSystem('ENOENT', 'open'))).toBeUndefined()
  expect(obstacle(new AggregateError([ofSystem('ECONNREFUSED')], ''))).toBeUndefined()
  expect(obstacle(Object.assign(new AggregateError([ofSystem('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' }))).toBe(
    'the server cannot be reached (ECONNREFUSED)',
  )
  expect(obstacle(new Error('Connection terminated unexpectedly'))).toMatch(/cannot be reached/)
  expect(obstacle(new TypeError('a bug'))).toBeUndefined()
})
