import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type QueryResult,
  type SqliteDialectConfig,
  type TransactionSettings,
} from 'kysely'

import type { Log } from './log.ts'
import { whileBusy } from './wait.ts'

/**
 * Transactions take the write lock as they begin, unless they are `read only`: one that reads first and writes later
 * would be refused, not made to wait, where another process wrote in between. What such a transaction has read is true
 * until it ends. What is written is on disk when it resolves; while the disk takes its time, others use the connection.
 */
export class LockingSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig
  readonly #log: Log
  readonly #isInTransaction: () => boolean

  constructor(config: SqliteDialectConfig, log: Log, isInTransaction: () => boolean) {
    super(config)
    this.#config = config
    this.#log = log
    this.#isInTransaction = isInTransaction
  }

  override createDriver(): SqliteDriver {
    return new LockingSqliteDriver(this.#config, this.#log, this.#isInTransaction)
  }
}

class LockingSqliteDriver extends SqliteDriver {
  readonly #log: Log
  readonly #isInTransaction: () => boolean

  constructor(config: SqliteDialectConfig, log: Log, isInTransaction: () => boolean) {
    super(config)
    this.#log = log
    this.#isInTransaction = isInTransaction
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new WaitingConnection(await super.acquireConnection())
  }

  override async releaseConnection(): Promise<void> {
    await super.releaseConnection()
    await this.#log.flush()
  }

  override async destroy(): Promise<void> {
    await super.destroy()
    await this.#log.close()
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings = {}): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(settings.accessMode === 'read only' ? 'begin' : 'begin immediate'))
  }

  /**
   * Some errors (a full disk) have SQLite roll back by itself. Rolling back once more would be an error too, and hide the
   * first.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#isInTransaction()) await super.rollbackTransaction(connection)
  }
}

/** A connection that waits for another process's lock without holding up its thread. */
class WaitingConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return whileBusy(() => this.#connection.executeQuery<R>(query))
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, chunkSize)
  }
}
