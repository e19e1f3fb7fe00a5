import type { DatabaseConnection, QueryResult } from 'kysely'
import type { PoolClient } from 'pg'

import { runStatement } from './session.ts'

const changing = ['INSERT', 'UPDATE', 'DELETE', 'MERGE']

/** A connection as Kysely sees it. */
export class PostgresConnection implements DatabaseConnection {
  readonly client: PoolClient
  /** Of the transaction that is under way, where it may write. */
  transactionId: string | undefined

  constructor(client: PoolClient) {
    this.client = client
  }

  async executeQuery<R>({ sql: text, parameters, name }: Asked): Promise<QueryResult<R>> {
    const values = parameters.map((value) => (Array.isArray(value) ? value.map(storable) : storable(value)))
    const { command, rowCount, rows } = await runStatement<R & object>(this.client, {
      text: withoutNul(text),
      values,
      name,
    })
    return { rows, ...(changing.includes(command) && { numAffectedRows: BigInt(rowCount ?? 0) }) }
  }

  // eslint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    await Promise.reject(new Error('nothing is streamed here'))
  }
}

interface Asked {
  /** Of a statement that the server is to keep. */
  readonly name?: string
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** PostgreSQL's texts have no NUL, which a command may well print. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? withoutNul(value) : value
}

/** Names of metrics become columns: in a statement's text a NUL would end it. */
function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}
