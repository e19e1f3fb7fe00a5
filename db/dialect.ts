import { sql, SqliteAdapter, type ColumnDefinitionBuilder, type Kysely, type RawBuilder } from 'kysely'

/** The two places where SQLite's and PostgreSQL's tables are spelled differently. */

function isSqlite(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter
}

/** A key that the database counts up. */
export function identity(db: Kysely<unknown>): (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder {
  return (column) =>
    isSqlite(db) ? column.primaryKey().autoIncrement() : column.primaryKey().generatedByDefaultAsIdentity()
}

/** SQLite keeps a table of metrics half as large when its key is the table. */
export function withoutRowid(db: Kysely<unknown>): RawBuilder<unknown> {
  return isSqlite(db) ? sql`without rowid` : sql``
}
