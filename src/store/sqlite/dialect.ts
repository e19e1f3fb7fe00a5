import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type SqliteDialectConfig,
  type TransactionSettings,
} from 'kysely'

/**
 * Transactions take the write lock as they begin, unless they are `read only`: one that reads first and writes later
 * would be refused, not made to wait, where another process wrote in between. What such a transaction has read is true
 * until it ends.
 */
export class LockingSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig
  readonly #isInTransaction: () => boolean
  readonly #asStoreError: (error: unknown) => unknown

  constructor(config: SqliteDialectConfig, isInTransaction: () => boolean, asStoreError: (error: unknown) => unknown) {
    super(config)
    this.#config = config
    this.#isInTransaction = isInTransaction
    this.#asStoreError = asStoreError
  }

  override createDriver(): SqliteDriver {
    return new LockingSqliteDriver(this.#config, this.#isInTransaction, this.#asStoreError)
  }
}

class LockingSqliteDriver extends SqliteDriver {
  readonly #isInTransaction: () => boolean
  readonly #asStoreError: (error: unknown) => unknown

  constructor(config: SqliteDialectConfig, isInTransaction: () => boolean, asStoreError: (error: unknown) => unknown) {
    super(config)
    this.#isInTransaction = isInTransaction
    this.#asStoreError = asStoreError
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings = {}): Promise<void> {
    const begin = settings.accessMode === 'read only' ? 'begin' : 'begin immediate'
    try {
      await connection.executeQuery(CompiledQuery.raw(begin))
    } catch (error) {
      throw this.#asStoreError(error)
    }
  }

  /**
   * Some errors (a full disk) have SQLite roll back by itself. Rolling back once more would be an error too, and hide the
   * first.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#isInTransaction()) await super.rollbackTransaction(connection)
  }
}
