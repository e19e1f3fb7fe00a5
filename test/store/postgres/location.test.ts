import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { shownLocation } from '../../../src/shown-location.ts'
import { parseLocation } from '../../../src/store/postgres/location.ts'
import { temporaryFolder } from '../temporary-store.ts'

test.each([
  ['postgres://me:secret@host:5432/db', 'postgres://me@host:5432/db'],
  ['postgresql://me:secret@host/db?schema=mine&sslmode=require', 'postgresql://me@host/db?schema=mine&sslmode=require'],
  ['postgres://host/db?user=me&password=secret', 'postgres://host/db?user=me'],
  ['postgres://host/db?password=secret', 'postgres://host/db'],
  ['postgres://:secret@[::1]:5432/db', 'postgres://[::1]:5432/db'],
  ['postgres://%2Fvar%2Frun%2Fpostgresql/db', 'postgres://%2Fvar%2Frun%2Fpostgresql/db'],
  ['postgres://me@/db?host=/run', 'postgres://me@/db?host=/run'],
  ['postgres:///db', 'postgres:///db'],
  // What a person forgets to encode could be anywhere.
  ['postgres://me:sec@ret@host/db', 'postgres://…'],
  ['postgres://me:sec/ret@host/db', 'postgres://…'],
  ['postgres://me:12/secret@host/db', 'postgres://…'],
  ['postgres://me:12?secret@host/db', 'postgres://…'],
  ['postgres://me:12#secret@host/db', 'postgres://…'],
  ['postgres://me:secret', 'postgres://…'],
  ['postgres:me:secret@host', 'postgres://…'],
  ['POSTGRES://me:secret@host/db', 'POSTGRES://me@host/db'],
  ['sqlite:swath.db', 'sqlite:swath.db'],
])('%s is shown as %s', (location, shown) => {
  expect(shownLocation(location)).toBe(shown)
  expect(shownLocation(location)).not.toContain('secret')
})

test('tables are in a schema of their own, which may be named', () => {
  const { client, schema, shown } = parseLocation('postgres://me:secret@host:5433/db?schema=mine&connect_timeout=3')
  expect(client).toMatchObject({ host: 'host', port: 5433, user: 'me', password: 'secret', database: 'db' })
  expect(client.connectionTimeoutMillis).toBe(3_000)
  expect([schema, shown]).toEqual(['mine', 'postgres://me@host:5433/db?schema=mine&connect_timeout=3'])
  expect(parseLocation('postgres://host/db').schema).toBe('swath')
})

test.each([
  ['postgres://host/db?schema=Mine;drop', /schema=Mine;drop cannot be swath's/],
  ['postgres://host/db?schema=pg_mine', /cannot be swath's/],
  ['postgres://me:secret@host:port/db', /cannot be used: a port is no number/],
  ['postgres://me:secret@host/db?sslmode=sometimes', /sslmode=sometimes is none of PostgreSQL's/],
  ['postgres://me:secret@host/db?sslmode=verify-full&sslrootcert=/no/file', /ENOENT.*\/no\/file/],
  ['postgres://me:secret@host/db?sslmode=verify-ca', /verify-ca requires specifying a CA with sslrootcert/],
])('%s is refused without its password', (location, message) => {
  const parse = () => parseLocation(location)
  expect(parse).toThrow(message)
  expect(parse).not.toThrow('secret')
})

test('TLS is as the URL says, in the words of PostgreSQL', () => {
  const authority = join(temporaryFolder(), 'root.crt')
  writeFileSync(authority, 'a certificate')
  const ssl = (query: string) => parseLocation(`postgres://host/db?${query}`).client.ssl
  expect(ssl('sslmode=disable')).toBe(false)
  expect(ssl('sslmode=require')).toEqual({ rejectUnauthorized: false })
  expect(ssl('sslmode=verify-full')).toEqual({})
  expect(ssl(`sslmode=verify-full&sslrootcert=${authority}`)).toEqual({ ca: 'a certificate' })
  expect(ssl('sslrootcert=system')).toEqual({})
  expect(ssl('schema=x')).toBeUndefined()
})

/** What the driver sends when the server wants a password. */
const passwordFor = async (location: string) => {
  const { host, port, user, database, password } = parseLocation(location).client
  if (typeof password !== 'function') return password
  return (password as (to: object) => Promise<string>)({ host, port, user, database })
}

function setEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name]
    process.env[name] = value
    onTestFinished(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = before
    })
  }
}

test('a password is in the URL, in PGPASSWORD, or in a file', async () => {
  const folder = temporaryFolder()
  const [one, other] = [join(folder, 'one'), join(folder, 'other')]
  writeFileSync(one, 'host:5432:db:me:from PGPASSFILE\n', { mode: 0o600 })
  writeFileSync(other, '*:*:*:me:from passfile\n', { mode: 0o600 })
  setEnvironment({ PGPASSFILE: one })
  expect(await passwordFor('postgres://me:given@host:5432/db')).toBe('given')
  expect(await passwordFor('postgres://me@host:5432/db')).toBe('from PGPASSFILE')
  expect(await passwordFor('postgres://me@elsewhere:5432/db')).toBe('')
  expect(await passwordFor(`postgres://me@host:5432/db?passfile=${other}`)).toBe('from passfile')
  expect(process.env.PGPASSFILE).toBe(one)
  setEnvironment({ PGPASSWORD: 'from PGPASSWORD' })
  expect(await passwordFor('postgres://me@host:5432/db')).toBe('from PGPASSWORD')
})

test.each([
  ['postgres://me:a#b:c?d=e&f@host:5/db', { user: 'me', password: 'a#b:c?d=e&f', host: 'host', port: 5 }],
  ['postgres://me:%40%2F%25@host/db#x', { password: '@/%', database: 'db#x' }],
  ['postgresql://me@[::1]:5/db', { host: '::1', port: 5 }],
  ['postgres://%2Frun%2Fpostgresql/db', { host: '/run/postgresql' }],
  ['postgres://host/?dbname=db&user=me&password=a%2Fb', { database: 'db', user: 'me', password: 'a/b' }],
  ['postgres:///db?host=/run', { host: '/run', database: 'db' }],
])('%s is read as libpq reads it', (location, expected) => {
  expect(parseLocation(location).client).toMatchObject(expected)
})

test.each([
  ['postgres://me:sec@ret@host/db', /ret@host/, 'host'],
  ['postgres://me:a%b@host/db', /a % in it stands for itself, and is written %25/, undefined],
  [
    'postgres://me:a/b@host/db',
    /a port is no number \(in a password, @ is written %40 and \/ is written %2F\)/,
    undefined,
  ],
  ['postgres://one,two:5,three:6:7/db', /a port is no number/, undefined],
  ['postgres:///db?host=a,b,c&port=1,2', /another number of ports than of hosts/, undefined],
  ['postgres://host/db?target_session_attrs=master', /is one of any, read-write/, undefined],
])('%s: what has to be encoded is said', (location, message, host) => {
  if (host === undefined) expect(() => parseLocation(location)).toThrow(message)
  else expect(parseLocation(location).client.host).toMatch(message)
})

test('hosts are tried in turn, each encrypted or not as sslmode says', () => {
  const tried = (location: string) =>
    parseLocation(location).candidates.map(({ config: { host, port, ssl }, wanted }) => [
      host,
      port,
      Boolean(ssl),
      wanted,
    ])
  expect(tried('postgres://one,two:5/db?sslmode=prefer')).toEqual([
    ['one', undefined, true, 'any'],
    ['one', undefined, false, 'any'],
    ['two', 5, true, 'any'],
    ['two', 5, false, 'any'],
  ])
  expect(tried('postgres://one/db?sslmode=allow').map(([, , ssl]) => ssl)).toEqual([false, true])
  expect(tried('postgres:///db?host=one,two&port=7&target_session_attrs=prefer-standby')).toEqual([
    ['one', 7, false, 'prefer-standby'],
    ['two', 7, false, 'prefer-standby'],
    ['one', 7, false, 'any'],
    ['two', 7, false, 'any'],
  ])
})
