import { parse, toClientConfig } from 'pg-connection-string'
import type { ClientConfig } from 'pg'

import { messageOf, SwathError } from '../../errors.ts'
import { shownLocation } from '../../shown-location.ts'
import { sessionAttributes, type Candidate, type SessionAttributes } from './candidates.ts'
import { filedPassword } from './pass-file.ts'
import { parseUri, type Uri } from './uri.ts'

/** A store on a server, as its URL names it. */
export interface PostgresLocation {
  /** What the driver is opened with, at first. */
  readonly client: ClientConfig
  /** All ways to connect, in the order in which they are tried. */
  readonly candidates: readonly Candidate[]
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
  const { uri, own, modes } = takeOwn(location, shown)
  const { schema = 'swath', passfile, connect_timeout: timeout = `${connectSeconds}`, options = '' } = own
  if (!/^[a-z_][a-z0-9_]{0,55}$/.test(schema) || schema.startsWith('pg_')) {
    throw new SwathError('usage', `${shown}: schema=${schema} cannot be swath's`, {
      hint: 'small letters, digits and _, at most 56, and no pg_ at the beginning',
    })
  }
  const wanted = wantedServer(own.target_session_attrs, shown)
  const configOf = (place: Uri['hosts'][number], mode: string | undefined): ClientConfig => {
    let parsed: ClientConfig
    try {
      parsed = toClientConfig(parse(encodedUrl(uri, place, mode), { useLibpqCompat: !('uselibpqcompat' in own) }))
    } catch (error) {
      throw unusable(shown, withoutSecret(messageOf(error)))
    }
    const client: ClientConfig = {
      ...parsed,
      ...(uri.database !== '' && { database: uri.database }),
      fallback_application_name: 'swath',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 1_000 * Number(timeout),
      ...(options !== '' && { options }),
    }
    return { ...client, ...withPassword(client, passfile) }
  }
  const configs = uri.hosts.flatMap((place) => modes.map((mode) => configOf(place, mode)))
  const candidates = wanted.flatMap((each) => configs.map((config) => ({ config, wanted: each })))
  return { client: configs[0] ?? {}, candidates, schema, shown }
}

/** A standby is preferred by asking all for one first. @throws SwathError('usage') */
function wantedServer(name = 'any', shown: string): readonly SessionAttributes[] {
  const found = sessionAttributes.find((each) => each === name)
  if (found === undefined) throw unusable(shown, `target_session_attrs is one of ${sessionAttributes.join(', ')}`)
  return found === 'prefer-standby' ? ['prefer-standby', 'any'] : [found]
}

/** The URL of one host, with everything encoded that the driver's parser would read otherwise. */
function encodedUrl(
  { user, password, database, parameters }: Uri,
  { host, port }: Uri['hosts'][number],
  mode: string | undefined,
): string {
  const [name, secret] = [encodeURIComponent(user), encodeURIComponent(password)]
  const credentials = user === '' && password === '' ? '' : `${name}${secret === '' ? '' : `:${secret}`}@`
  const place = `${host.includes(':') && !host.startsWith('/') ? `[${host}]` : encodeURIComponent(host)}${port === '' ? '' : `:${port}`}`
  const all = new URLSearchParams([...parameters, ...(mode === undefined ? [] : [['sslmode', mode]])] as [
    string,
    string,
  ][])
  const query = all.toString().replaceAll('+', '%20')
  return `postgres://${credentials}${place}/${encodeURIComponent(database)}${query === '' ? '' : `?${query}`}`
}

function unusable(shown: string, why: string): SwathError {
  return new SwathError('usage', `${shown} cannot be used: ${why}`, {
    hint: 'postgres://user@host:5432/database?sslmode=verify-full',
  })
}

/** @throws SwathError('usage') */
export function schemaOf(location: string): string {
  return parseLocation(location).schema
}

/** Parameters that the driver does not know, or knows otherwise. */
const ownNames = ['schema', 'passfile', 'connect_timeout', 'options', 'target_session_attrs', 'uselibpqcompat']

/** How connections are encrypted, in the order in which that is tried. */
const sslModes: Readonly<Record<string, readonly string[]>> = {
  ...{ disable: ['disable'], allow: ['disable', 'require'], prefer: ['require', 'disable'], require: ['require'] },
  ...{ 'verify-ca': ['verify-ca'], 'verify-full': ['verify-full'], 'no-verify': ['no-verify'] },
}

function takeOwn(location: string, shown: string) {
  let uri: Uri
  try {
    uri = parseUri(location)
  } catch (error) {
    throw unusable(shown, messageOf(error))
  }
  const parameters = new Map(uri.parameters)
  const own: Record<string, string> = {}
  for (const name of ownNames) {
    const value = parameters.get(name)
    if (value !== undefined) own[name] = value
    parameters.delete(name)
  }
  // The system's own certificates are those that Node has anyway.
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert')
    parameters.set('sslmode', 'verify-full')
  }
  const mode = parameters.get('sslmode')
  parameters.delete('sslmode')
  const modes = mode === undefined ? [undefined] : sslModes[mode]
  if (modes === undefined) {
    throw new SwathError('usage', `${shown}: sslmode=${mode ?? ''} is none of PostgreSQL's`, {
      hint: Object.keys(sslModes).slice(0, 6).join(', '),
    })
  }
  return { uri: { ...uri, parameters }, own, modes }
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
