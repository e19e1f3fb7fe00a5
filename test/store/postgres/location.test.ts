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
  ['postgres://me:secret@host:port/db', /^postgres:\/\/… cannot be used: it is not the URL of a database/],
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
