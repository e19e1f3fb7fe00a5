import { parse, toClientConfig } from 'pg-connection-string'
import type { ClientConfig } from 'pg'

import { messageOf, SwathError } from '../../errors.ts'
import { shownLocation } from '../../shown-location.ts'
import { filedPassword } from './pass-file.ts'

/** A store on a server, as its URL names it. */
export interface PostgresLocation {
  /** What the driver is opened with. */
  readonly client: ClientConfig
  /** Where swath's tables are in the user's database. */
  readonly schema: string
  /** The URL without its password. */
  readonly shown: string
}

/** Seconds until an address that says nothing counts as unreachable. */
const connectSeconds = 10

/**
 * Reads `postgres://user@host:port/database?schema=…`. What it leaves out is as `psql` has it: PGHOST, PGUSER,
 * PGPASSWORD, `~/.pgpass`. `sslmode` and its kin mean what they mean to libpq.
 *
 * @throws SwathError('usage')
 */
export function parseLocation(location: string): PostgresLocation {
  const shown = shownLocation(location)
  const { url, own } = takeOwn(location, shown)
  const { schema = 'swath', passfile, connect_timeout: timeout = `${connectSeconds}`, options = '' } = own
  if (!/^[a-z_][a-z0-9_]{0,55}$/.test(schema) || schema.startsWith('pg_')) {
    throw new SwathError('usage', `${shown}: schema=${schema} cannot be swath's`, {
      hint: 'small letters, digits and _, at most 56, and no pg_ at the beginning',
    })
  }
  let parsed: ClientConfig
  try {
    parsed = toClientConfig(parse(url, { useLibpqCompat: !('uselibpqcompat' in own) }))
  } catch (error) {
    throw new SwathError('usage', `${shown} cannot be used: ${withoutSecret(messageOf(error))}`, {
      hint: 'postgres://user@host:5432/database?sslmode=verify-full',
    })
  }
  const client: ClientConfig = {
    ...parsed,
    fallback_application_name: 'swath',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 1_000 * Number(timeout),
    ...(options !== '' && { options }),
  }
  return { client: { ...client, ...withPassword(client, passfile) }, schema, shown }
}

/** @throws SwathError('usage') */
export function schemaOf(location: string): string {
  return parseLocation(location).schema
}

/** Parameters that the driver does not know, or knows otherwise. */
const ownNames = ['schema', 'passfile', 'connect_timeout', 'options']

function takeOwn(location: string, shown: string) {
  const [base = '', query = ''] = location.split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  const own: Record<string, string> = {}
  for (const name of ownNames) {
    const value = parameters.get(name)
    if (value !== null) own[name] = value
    parameters.delete(name)
  }
  // The system's own certificates are those that Node has anyway.
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert')
    parameters.set('sslmode', 'verify-full')
  }
  const mode = parameters.get('sslmode')
  if (mode !== null && !['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'].includes(mode)) {
    throw new SwathError('usage', `${shown}: sslmode=${mode} is none of PostgreSQL's`, {
      hint: 'disable, require, verify-ca or verify-full',
    })
  }
  if (parameters.has('uselibpqcompat')) own.uselibpqcompat = ''
  const rest = parameters.toString()
  return { url: rest === '' ? base : `${base}?${rest.replaceAll('+', '%20')}`, own }
}

/** A password that is not in the URL nor in PGPASSWORD is looked for when the server wants one. */
function withPassword({ password }: ClientConfig, passfile: string | undefined): Pick<ClientConfig, 'password'> {
  if (typeof password === 'string' && password !== '') return { password }
  const { PGPASSWORD = '' } = process.env
  return PGPASSWORD === '' ? { password: filedPassword(passfile) } : { password: PGPASSWORD }
}

/** The parser quotes what it could not read. */
function withoutSecret(message: string): string {
  return /^(ENOENT|EACCES|EISDIR|SECURITY WARNING)/.test(message)
    ? message.replace('SECURITY WARNING: Using ', '')
    : 'it is not the URL of a database'
}
