import {
  sql,
  SqliteAdapter,
  type ColumnDefinitionBuilder,
  type Kysely,
  type QueryExecutorProvider,
  type RawBuilder,
} from 'kysely'

/** Where SQLite's and PostgreSQL's tables are spelled differently. */

export function isSqlite(db: QueryExecutorProvider): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter
}

/** The present time by the database's clock, in the form of all times in a store. */
export function presentTime(db: QueryExecutorProvider): string {
  return isSqlite(db)
    ? `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`
    : `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

/**
 * Empty tables that stand for what one process at a time may do on PostgreSQL: a lock on a table takes the right to change
 * it, so that a reader cannot hold up writers. An advisory lock takes no right at all.
 */
export const lockTables = ['lock_store', 'lock_sweeps', 'lock_definitions', 'lock_queue'] as const

/** The lock of a store on PostgreSQL, which a transaction that changes it takes alone or shares until it ends. */
export const takeStore = 'lock table lock_store in exclusive mode'
export const shareStore = 'lock table lock_store in row exclusive mode'

/** The sum of two numbers, infinite where it is too large. */
export function plus(db: QueryExecutorProvider, a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<unknown> {
  return isSqlite(db) ? sql`${a} + ${b}` : sql`plus(${a}, ${b})`
}

/** Bytes of the longest name of a column. */
export function longestName(db: QueryExecutorProvider): number {
  return isSqlite(db) ? Infinity : 63
}

/**
 * Before a transaction drops or makes views: one does so at a time. On PostgreSQL a view that somebody reads cannot be
 * dropped until they have their answer; who waits for that keeps others from reading it, so nobody waits for long.
 */
export async function takeDefinitions(db: QueryExecutorProvider): Promise<void> {
  if (isSqlite(db)) return
  await sql`set local lock_timeout = '2s'`.execute(db)
  await sql`lock table lock_definitions in exclusive mode`.execute(db)
}

/**
 * Excludes other transactions that create a sweep until this one ends: names and generations that it reads stay true. On
 * SQLite a transaction that writes excludes all others already.
 */
export async function takeSweepNames(db: QueryExecutorProvider): Promise<void> {
  if (isSqlite(db)) return
  await sql`lock table lock_sweeps in exclusive mode`.execute(db)
}

/**
 * Begins a transaction beside which no other process migrates or writes; on PostgreSQL in swath's schema, which it creates.
 * There a store that is created by another process meanwhile makes this transaction fail: {@link isCreatedMeanwhile}.
 */
export async function beginMigration(db: QueryExecutorProvider): Promise<void> {
  if (isSqlite(db)) {
    await sql`begin immediate`.execute(db)
    return
  }
  await sql`begin`.execute(db)
  const { rows: schemas } = await sql<{ search_path: string; current: string | null }>`
    select current_setting('search_path') as search_path, current_schema() as current`.execute(db)
  const [{ search_path: schema, current } = { search_path: '', current: '' }] = schemas
  if (current === null) await sql`create schema ${sql.id(schema)}`.execute(db)
  // All tables, for writers of an older swath; the one that others lock first comes first.
  const { rows: tables } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
    order by relname <> 'lock_store', relname`.execute(db)
  for (const { name } of tables) await sql`lock table ${sql.id(name)} in exclusive mode`.execute(db)
}

/** Whether a migration failed because another process created the same store, schema or table in the same moment. */
export function isCreatedMeanwhile(error: unknown): boolean {
  const { code, table, constraint } = (error ?? {}) as Readonly<Record<string, unknown>>
  if (code === '42P06' || code === '42P07') return true
  return code === '23505' && /^pg_(namespace|class|type)/.test(String(table ?? constraint))
}

/**
 * What is said in SQLite's words: `params ->> 'depth'`, a text here, `julianday(at)`, `total(value)`. And the number that a
 * parameter is in a trial, if it is one.
 */
export async function defineFunctions(db: Kysely<unknown>): Promise<void> {
  if (isSqlite(db)) return
  const functions = [
    sql`create function parameter_text(params text, name text) returns text language sql immutable strict
      as 'select params::json ->> name'`,
    sql`create operator ->> (leftarg = text, rightarg = text, function = parameter_text)`,
    sql`create function parameter_number(params text, name text) returns double precision language sql immutable strict
      as $$select case json_typeof(params::json -> name) when 'number' then (params::json ->> name)::double precision end$$`,
    sql`create function julianday(moment text) returns double precision language sql stable strict
      as $$select extract(julian from moment::timestamptz at time zone 'UTC+12')::double precision$$`,
    // A sum that is too large is an error there, and infinite in SQLite.
    sql`create function plus(a double precision, b double precision) returns double precision language sql immutable strict
      as $$select case
        when a > 0 and b > 0 and a > 1.7976931348623157e308 - b then 'Infinity'::double precision
        when a < 0 and b < 0 and a < -1.7976931348623157e308 - b then '-Infinity'::double precision
        else a + b
      end$$`,
    sql`create aggregate total(double precision) (sfunc = plus, stype = double precision, initcond = '0')`,
  ]
  for (const statement of functions) await statement.execute(db)
}

/** A trial's parameter where it is a number, null elsewhere. @param params the column of a trial */
export function parameterNumber(
  db: QueryExecutorProvider,
  params: RawBuilder<unknown>,
  name: string,
): RawBuilder<unknown> {
  if (!isSqlite(db)) return sql`parameter_number(${params}, ${name})`
  return sql`case when json_type(${params}, ${`$."${name}"`}) in ('integer', 'real') then ${params} ->> ${name} end`
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

/** What keeps `state_counts` up to date on SQLite. */
export const stateTriggers = ['trials_planned', 'trials_deleted', 'trials_changed'] as const

/** Counts the states of all trials anew, on SQLite. */
export async function recountStates(db: QueryExecutorProvider): Promise<void> {
  await sql`delete from state_counts`.execute(db)
  await sql`
    insert into state_counts (sweep_id, state, trials)
    select sweep_id, state, count(*) as trials from trials where sweep_id in (select id from sweeps)
    group by sweep_id, state`.execute(db)
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
    .ifNotExists()
    .addColumn('sweep_id', 'integer', (column) => column.notNull().references('sweeps.id').onDelete('cascade'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('trials', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('state_counts_key', ['sweep_id', 'state'])
    .modifyEnd(withoutRowid(db))
    .execute()
  await recountStates(db)
  for (const name of stateTriggers) await sql`drop trigger if exists ${sql.id(name)}`.execute(db)
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
