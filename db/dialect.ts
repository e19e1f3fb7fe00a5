import { sql, SqliteAdapter, type ColumnDefinitionBuilder, type Kysely, type RawBuilder } from 'kysely'

/** Where SQLite's and PostgreSQL's tables are spelled differently. */

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

/**
 * `state_counts`: how many trials of a sweep are in which state. SQLite counts as they change, so that nobody has to read
 * a sweep's trials to say how far it is; on PostgreSQL, where many write at once, they would queue for the row.
 */
export async function countStates(db: Kysely<unknown>): Promise<void> {
  const counts = sql`select sweep_id, state, count(*) as trials from trials group by sweep_id, state`
  if (!isSqlite(db)) {
    await sql`create view state_counts as ${counts}`.execute(db)
    return
  }
  await db.schema
    .createTable('state_counts')
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('trials', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('state_counts_key', ['sweep_id', 'state'])
    .modifyEnd(withoutRowid(db))
    .execute()
  await sql`insert into state_counts (sweep_id, state, trials) ${counts}`.execute(db)
  const oneMore = sql`
    insert into state_counts (sweep_id, state, trials) values (new.sweep_id, new.state, 1)
    on conflict (sweep_id, state) do update set trials = trials + 1;`
  const oneLess = sql`
    update state_counts set trials = trials - 1 where sweep_id = old.sweep_id and state = old.state;`
  await sql`create trigger trials_planned after insert on trials begin ${oneMore} end`.execute(db)
  await sql`create trigger trials_deleted after delete on trials begin ${oneLess} end`.execute(db)
  await sql`
    create trigger trials_changed after update of state on trials when new.state <> old.state
    begin ${oneLess} ${oneMore} end`.execute(db)
}
