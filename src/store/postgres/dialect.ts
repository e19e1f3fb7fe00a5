import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseMetadataOptions,
  type Dialect,
  type Driver,
  type Kysely,
  type TableMetadata,
} from 'kysely'

import { LockingPostgresDriver, type PostgresServer } from './driver.ts'

/** PostgreSQL where swath has one schema of a database to itself. */
export class SchemaPostgresDialect implements Dialect {
  readonly #server: PostgresServer
  readonly #schema: string

  constructor(server: PostgresServer, schema: string) {
    this.#server = server
    this.#schema = schema
  }

  createAdapter(): PostgresAdapter {
    return new LockedPostgresAdapter()
  }

  createDriver(): Driver {
    return new LockingPostgresDriver(this.#server)
  }

  createIntrospector(db: Kysely<unknown>): PostgresIntrospector {
    return new SchemaIntrospector(db, this.#schema)
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler()
  }
}

/** Whoever migrates has the store's own lock; Kysely's would outlive a transaction that fails. */
class LockedPostgresAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {
    // It is held.
  }

  override async releaseMigrationLock(): Promise<void> {
    // It ends with the transaction.
  }
}

/** The user's other tables are not swath's affair. */
class SchemaIntrospector extends PostgresIntrospector {
  readonly #schema: string

  constructor(db: Kysely<unknown>, schema: string) {
    super(db)
    this.#schema = schema
  }

  override async getTables(options?: DatabaseMetadataOptions): Promise<TableMetadata[]> {
    return (await super.getTables(options)).filter(({ schema }) => schema === this.#schema)
  }
}
