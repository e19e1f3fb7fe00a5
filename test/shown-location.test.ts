import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { messageOf, SwathError } from '../src/errors.ts'
import { shownLocation, withoutPasswords } from '../src/shown-location.ts'
import { isPostgres } from '../src/store/location.ts'
import { openStore, refuseMissingStore } from '../src/store/open.ts'
import { temporaryFolder } from './store/temporary-store.ts'

test.each([
  ['postgres://me:secret@one:5432,two:5433/db', 'postgres://me@one:5432,two:5433/db'],
  ['postgres://me@host/db?sslmode=require&sslpassword=secret', 'postgres://me@host/db?sslmode=require'],
  ['postgres://host/db?%70assword=secret&schema=a', 'postgres://host/db?schema=a'],
  ['postgres://host/db?options=-c%20password%3Dsecret', 'postgres://host/db'],
  [' postgres://me:secret@host/db', 'postgres://me@host/db'],
  ['postgres:/me:secret@host/db', 'postgres://…'],
  ['postgre://me:secret@host/db', 'postgre://me@host/db'],
  ['mysql://me:sec@ret@host/db', 'mysql://…'],
  ['jdbc:postgresql://host/db?user=me&password=secret', 'jdbc:postgresql://host/db?user=me'],
  ['sqlite:postgres://me:secret@host/db', 'sqlite:postgres://me@host/db'],
  ['s3://key:secret@bucket/prefix', 's3://key@bucket/prefix'],
  ['s3://bucket/prefix', 's3://bucket/prefix'],
  ['host=db user=me password=secret', 'host=db user=me password=…'],
  ["host=db password = 'my secret' dbname=x", 'host=db password =…'],
  ['postgres//me:secret@host/db', 'postgres//me…'],
  ['s3:/me:secret@host', 's3:/me…'],
  ['me:secret@host', 'me…'],
  ['me:/secret/@host', 'me:…'],
  ['sqlite:me:/secret@host', 'sqlite:me:…'],
  ['sqlite:///data/a@b/swath.db', 'sqlite:///data/a@b/swath.db'],
  ['runs/2026-01-01T10:00.db', 'runs/2026-01-01T10:00.db'],
])('%s is shown as %s', (location, shown) => {
  expect(shownLocation(location)).toBe(shown)
})

/** A password that none of the other parts can hold by chance. */
const password = fc.string({ minLength: 1 }).map((text) => `${text}Zx9Zx9Zx9${text}`)
const isShown = (text: string) => text.includes('Zx9Zx9')

const urlSchemes = fc.constantFrom('postgres', 'postgresql', 'POSTGRES', 'mysql', 's3', 'http', 'redis+tls')
const schemes = fc.oneof(urlSchemes, fc.constant('sqlite'))
const hosts = fc.constantFrom('', 'host', 'host:5432', '[::1]:5432', 'a:1,b:2', '%2Frun')
const rest = fc.constantFrom('', '/', '/db', '/db?schema=a', '/db?sslmode=require&schema=a', '#x')
const encoded = fc.tuple(password, fc.boolean()).map(([text, isEncoded]) => {
  return isEncoded ? encodeURIComponent(Buffer.from(text).toString()) : text.replaceAll(/[\r\n]/g, '')
})

/** Any form in which a location can hold a password. */
const location = fc.oneof(
  fc
    .tuple(schemes, fc.constantFrom('://', ':/', '//', ':'), encoded, hosts, rest)
    .map(([scheme, slashes, secret, host, end]) => `${scheme}${slashes}me:${secret}@${host}${end}`),
  fc
    .tuple(
      urlSchemes,
      hosts,
      fc.constantFrom('password', 'sslpassword', 'PASSWORD', '%70assword', 'pwd', 'any'),
      encoded,
    )
    .map(
      ([scheme, host, key, secret]) =>
        `${scheme}://${host}/db?schema=a&${key}=${encodeURIComponent(Buffer.from(secret).toString())}`,
    ),
  fc.tuple(fc.constantFrom('=', ' = '), encoded).map(([is, secret]) => `host=db user=me password${is}'${secret}'`),
  encoded.map((secret) => `me:${secret}@host`),
)

describe('a password in a location', () => {
  test('is never shown, whatever the form', () => {
    fc.assert(
      fc.property(location, fc.constantFrom('', 'sqlite:', ' '), (text, before) => {
        expect(isShown(shownLocation(before + text))).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is in no message of a library or of swath', () => {
    const url = fc
      .tuple(urlSchemes, encoded, hosts, rest)
      .map(([scheme, secret, host, end]) => `${scheme}://me:${secret}@${host}${end}`)
    const assignment = fc
      .tuple(fc.constantFrom('password', 'PGPASSWORD', 'sslpassword'), password)
      .map(([key, secret]) => `${key}=${encodeURIComponent(Buffer.from(secret).toString())}`)
    const words = fc.constantFrom('cannot connect to ', '"', 'Invalid URL: ', '')
    fc.assert(
      fc.property(words, fc.oneof(url, assignment), words, (before, secret, after) => {
        const message = `${before}${secret}${after}`
        expect(isShown(withoutPasswords(message))).toBe(false)
        expect(isShown(messageOf(new Error(message)))).toBe(false)
        const { message: shown, hint } = new SwathError('store', message, { hint: message })
        expect(isShown(`${shown}${hint ?? ''}`)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is in no message about a file of that name: there is none', async () => {
    await fc.assert(
      fc.asyncProperty(location, fc.constantFrom('', 'sqlite:', 'sqlite://'), async (text, before) => {
        if (isPostgres(before + text)) return
        const error: unknown = await openStore(before + text, 'read').catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(SwathError)
        const { message, hint } = error as SwathError
        expect(isShown(`${message}${hint ?? ''}`)).toBe(false)
      }),
    )
  })

  test.each([
    'me:Zx9Zx9@db.example.com/lab',
    '//me:Zx9Zx9@db.example.com/lab',
    'sqlite:me:Zx9Zx9@db.example.com/lab',
    'sqlite://me:Zx9Zx9@db.example.com/lab',
    'sqlite:host=db password=Zx9Zx9',
  ])('%s names no store', (named) => {
    expect(() => {
      refuseMissingStore(named)
    }).toThrow(`${shownLocation(named)} names no store`)
    expect(isShown(shownLocation(named))).toBe(false)
  })

  test('may be in the name of a file that is there', async () => {
    const path = join(temporaryFolder(), 'me:Zx9@host.db')
    writeFileSync(path, '')
    refuseMissingStore(path)
    await (await openStore(`sqlite:${path}`, 'write')).close()
  })

  test('takes nothing else out of a message', () => {
    for (const text of [
      'see https://www.postgresql.org/docs/current/ and a@b.example',
      'file:///opt/node_modules/@aws-sdk/client/index.js:1:2',
      'a.yaml:3:4: learning_rate: expected a number',
      'password authentication failed for user "me"',
      's3://bucket/prefix cannot be used: NoSuchBucket',
    ])
      expect(withoutPasswords(text)).toBe(text)
  })
})

test.each([
  ['one long word', 'x'.repeat(1e6)],
  ['many schemes', 'a.'.repeat(2e5)],
  ['many keys', 'pass-'.repeat(2e5)],
  ['many beginnings of URLs', 'a://b:'.repeat(2e4)],
])('%s is read in linear time', (_, message) => {
  const began = performance.now()
  withoutPasswords(message)
  expect(performance.now() - began).toBeLessThan(5_000)
})
