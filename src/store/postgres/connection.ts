import type { DatabaseConnection, QueryResult } from 'kysely'
import type { PoolClient } from 'pg'

import { explainState } from './errors.ts'

const changing = ['INSERT', 'UPDATE', 'DELETE', 'MERGE']

/** A connection as Kysely sees it. */
export class PostgresConnection implements DatabaseConnection {
  readonly client: PoolClient
  /** Of the transaction that is under way, where it may write. */
  transactionId: string | undefined

  readonly #shown: string

  /** @param shown where it leads, for people */
  constructor(client: PoolClient, shown: string) {
    this.client = client
    this.#shown = shown
  }

  async executeQuery<R>({ sql, parameters }: Asked): Promise<QueryResult<R>> {
    const asked = this.client.query<R & object>(sql, parameters.map(storable))
    const { command, rowCount, rows } = await asked.catch((error: unknown) => {
      throw explainState(error, this.#shown)
    })
    return { rows, ...(changing.includes(command) && { numAffectedRows: BigInt(rowCount ?? 0) }) }
  }

  // eslint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    await Promise.reject(new Error('nothing is streamed here'))
  }
}

interface Asked {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** PostgreSQL's texts have no NUL, which a command may well print. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
}
