import pg from 'pg'
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'

import { mayAssume, roleNames } from '../../../db/role-names.ts'

/**
 * Settings that results or locks depend on. A role, a database or a server may have set any of them otherwise, so every
 * session sets them itself, before its first statement.
 */
const pinned = {
  // Metrics would be read as other numbers than were stored.
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  bytea_output: 'hex',
  xmloption: 'content',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  // A host that is cut off in the middle of a transaction holds its locks until the server notices.
  idle_in_transaction_session_timeout: '120s',
} as const

/**
 * Settings of a connection rather than of its transactions: the server finds in a minute, instead of two hours, that a
 * host is cut off.
 */
const ofConnection = {
  default_transaction_isolation: 'read committed',
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
} as const

/**
 * How a connection keeps its settings. A direct one keeps them for as long as it lasts. Behind a pooler the next
 * transaction may run on another connection of the server, so each transaction sets them for itself.
 */
interface Session {
  readonly isPooled: boolean
  /** Sets everything until the transaction ends. */
  readonly setUp: string
}

const sessions = new WeakMap<object, Session>()

/**
 * Sets up a new connection of a store. A role is assumed as well, so that what one owner creates belongs to all owners.
 */
export async function beginSession(client: PoolClient, schema: string): Promise<void> {
  const { owner } = roleNames(schema)
  const { rows } = await client.query<{ pid: number; role: string | null }>(
    `select pg_catalog.pg_backend_pid() as pid, (
      select rolname from pg_catalog.pg_roles where rolname = $1 and ${mayAssume('oid')}) as role`,
    [owner],
  )
  const { pid, role = null } = rows[0] ?? {}
  // A pooler answers with a number of its own when a client connects.
  const isPooled = pid !== (client as unknown as { readonly processID: number }).processID
  const settings = { search_path: schema, ...pinned, ...(role !== null && { role }) }
  sessions.set(client, { isPooled, setUp: settingStatement(settings, true) })
  if (!isPooled) await client.query(settingStatement({ ...settings, ...ofConnection }, false))
}

/** Returns a statement that makes the settings of a store those of the current transaction. */
export function transactionSettings(schema: string, role: string | null): string {
  return settingStatement({ search_path: schema, ...pinned, ...(role !== null && { role }) }, true)
}

/** Returns what a transaction of a connection runs first: nothing where its session has the settings already. */
export function afterBegin(client: PoolClient): string {
  const { isPooled, setUp } = sessionOf(client)
  return isPooled ? `${setUp};` : ''
}

/** A statement as the driver takes it. */
export interface Statement {
  readonly text: string
  readonly values: unknown[]
  /** The name under which the server keeps it. */
  readonly name?: string | undefined
}

/** Runs a statement with the settings of the store, in the transaction that is under way or in one of its own. */
export async function runStatement<Row extends QueryResultRow>(
  client: PoolClient,
  { text, values, name }: Statement,
): Promise<QueryResult<Row>> {
  const { isPooled, setUp } = sessionOf(client)
  if (!isPooled) return client.query<Row>({ text, values, ...(name !== undefined && { name }) })
  // The connection of the server that has a statement by name may be another one the next time.
  if (client.getTransactionStatus() !== 'I') return client.query<Row>({ text, values })
  if (/^\s*begin\s*$/i.test(text)) {
    const results: unknown = await client.query(`${text}; ${setUp}`)
    const [begun] = results as [QueryResult<Row>]
    return begun
  }
  return new Promise((resolve, reject) => {
    const statement = new SetUpQuery(setUp, { text, values }, (error, result) => {
      if (error === null) resolve(result as QueryResult<Row>)
      else reject(error)
    })
    client.query(statement as unknown as pg.Query)
  })
}

/** Runs a text of several statements, or one with values; returns the result of the last. */
export async function runBatch(
  pool: Pool,
  text: string,
  values: unknown[] | undefined,
): Promise<QueryResult<object> | undefined> {
  const client = await pool.connect()
  try {
    const result = await (values === undefined
      ? runTexts(client, text)
      : runStatement<object>(client, { text, values }))
    client.release()
    return result
  } catch (error) {
    // A text that fails midway may leave its transaction open.
    client.release(true)
    throw error
  }
}

async function runTexts(client: PoolClient, text: string): Promise<QueryResult<object> | undefined> {
  // What is no transaction may have to stay none (`create index concurrently`).
  const isTransaction = /^\s*begin\b/i.test(text)
  const result: unknown = await client.query(isTransaction ? `${afterBegin(client)}${text}` : text)
  return Array.isArray(result) ? (result as QueryResult<object>[]).at(-1) : (result as QueryResult<object>)
}

function sessionOf(client: PoolClient): Session {
  const session = sessions.get(client)
  if (session === undefined) throw new Error('the connection was not set up')
  return session
}

function settingStatement(settings: Readonly<Record<string, string>>, isLocal: boolean): string {
  const each = Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config('${name}', ${pg.escapeLiteral(value)}, ${String(isLocal)})`,
  )
  return `select ${each.join(', ')}`
}

/** The part of the driver's query that its types leave out. */
interface DriverQuery {
  prepare(connection: Wire): void
  handleDataRow(message: object): void
  handleCommandComplete(message: object, connection: Wire): void
  requiresPreparation(): boolean
}

interface Wire {
  parse(statement: { readonly text: string }): void
  bind(portal: object): void
  execute(portal: object): void
}

const Query = pg.Query as unknown as new (
  config: object,
  callback: (error: Error | null, result: unknown) => void,
) => DriverQuery

/**
 * A statement with another one in front of it, which sets up its transaction: both are sent at once, and end in one
 * transaction, so that a pooler gives them the same connection.
 */
class SetUpQuery extends Query {
  readonly #setUp: string
  #isSetUp = false

  constructor(setUp: string, config: object, callback: (error: Error | null, result: unknown) => void) {
    super(config, callback)
    this.#setUp = setUp
  }

  override requiresPreparation(): boolean {
    return true
  }

  override prepare(connection: Wire): void {
    connection.parse({ text: this.#setUp })
    connection.bind({})
    connection.execute({})
    super.prepare(connection)
  }

  override handleDataRow(message: object): void {
    if (this.#isSetUp) super.handleDataRow(message)
  }

  override handleCommandComplete(message: object, connection: Wire): void {
    if (this.#isSetUp) super.handleCommandComplete(message, connection)
    this.#isSetUp = true
  }
}
