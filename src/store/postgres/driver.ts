import type { Driver, TransactionSettings } from 'kysely'
import type { Pool, QueryResult } from 'pg'

import { shareStore, takeStore } from '../../../db/dialect.ts'
import type { ServerClock } from './clock.ts'
import { PostgresConnection } from './connection.ts'
import { CommitUnknown, isConnectionLost } from './errors.ts'
import { afterBegin } from './session.ts'

export interface PostgresServer {
  readonly pool: Pool
  readonly clock: ServerClock
}

/** Seconds since 1970, when it is worked out and not when the transaction began. */
export const serverTime = 'extract(epoch from clock_timestamp())::double precision'

/**
 * What SQLite gives by having one writer, by one lock of the store's that others take as well:
 *
 * - A transaction takes it alone, as it begins: what it has read is true until it ends. So are trials taken back, cancelled
 *   and deleted, and garbage collected: all that decides from many rows, and is over soon.
 * - One of isolation level `read committed` shares it: those that train write side by side, each its own trials, and every
 *   statement says from which state it changes them. They exclude only the ones above, and wait only for those.
 * - One of access mode `read only` takes no lock and sees one moment.
 *
 * Serializable transactions that are tried again would do as well, but those that train would fail one another on pages of
 * indexes that they have in common, and a transaction here also moves files.
 */
export class LockingPostgresDriver implements Driver {
  readonly #pool: Pool
  readonly #clock: ServerClock

  constructor({ pool, clock }: PostgresServer) {
    this.#pool = pool
    this.#clock = clock
  }

  async init(): Promise<void> {
    // The pool connects when it is asked.
  }

  async acquireConnection(): Promise<PostgresConnection> {
    return new PostgresConnection(await this.#pool.connect())
  }

  async beginTransaction(connection: PostgresConnection, settings: TransactionSettings): Promise<void> {
    const { client } = connection
    connection.transactionId = undefined
    if (settings.accessMode === 'read only') {
      await client.query(`begin isolation level repeatable read read only; ${afterBegin(client)}`)
      return
    }
    const lock = settings.isolationLevel === 'read committed' ? shareStore : takeStore
    try {
      const results: unknown = await client.query(`
        begin isolation level read committed; ${afterBegin(client)}
        ${lock};
        select pg_current_xact_id()::text as id, ${serverTime} as seconds`)
      const locked = (results as QueryResult<{ id: string; seconds: number }>[]).at(-1)
      const { id, seconds } = locked?.rows[0] ?? {}
      connection.transactionId = id
      if (seconds !== undefined) this.#clock.heard(seconds)
    } catch (error) {
      await this.rollbackTransaction(connection)
      throw error
    }
  }

  async commitTransaction({ client, transactionId }: PostgresConnection): Promise<void> {
    try {
      const { command } = await client.query('commit')
      if (command !== 'COMMIT') throw new Error('an error in a transaction was overlooked: it was rolled back')
    } catch (error) {
      if (transactionId !== undefined && isConnectionLost(error)) throw new CommitUnknown(transactionId, error)
      throw error
    }
  }

  async rollbackTransaction({ client }: PostgresConnection): Promise<void> {
    // Where the connection is lost the server has rolled back, and the first error is the one to see.
    await client.query('rollback').catch((error: unknown) => {
      if (!isConnectionLost(error)) throw error
    })
  }

  releaseConnection({ client }: PostgresConnection): Promise<void> {
    client.release()
    return Promise.resolve()
  }

  destroy(): Promise<void> {
    return this.#pool.end()
  }
}
