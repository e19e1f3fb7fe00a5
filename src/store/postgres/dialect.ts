import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
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

/**
 * Of one schema alone, and from one snapshot: Kysely's asks the server about every schema's columns, one after the other, and
 * fails where somebody changes a view of another one meanwhile.
 */
class SchemaIntrospector extends PostgresIntrospector {
  readonly #db: Kysely<unknown>
  readonly #schema: string

  constructor(db: Kysely<unknown>, schema: string) {
    super(db)
    this.#db = db
    this.#schema = schema
  }

  override async getTables(
    { withInternalKyselyTables } = { withInternalKyselyTables: false },
  ): Promise<TableMetadata[]> {
    const { rows } = await sql<TableMetadata>`
      select c.relname as name, n.nspname as schema, c.relkind = 'v' as "isView", json_agg(
          json_build_object(
            'name', a.attname, 'dataType', format_type(a.atttypid, a.atttypmod), 'isNullable', not a.attnotnull,
            'hasDefaultValue', a.atthasdef, 'isAutoIncrementing', a.attidentity <> ''
          ) order by a.attnum
        ) as columns
      from pg_namespace n
      join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v')
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = ${this.#schema}
      group by c.oid, c.relname, n.nspname, c.relkind
      order by c.relname`.execute(this.#db)
    return rows.filter(({ name }) => withInternalKyselyTables || !/^kysely_migration(_lock)?$/.test(name))
  }
}
