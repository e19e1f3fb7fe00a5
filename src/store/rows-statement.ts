import { sql, type CompiledQuery, type Kysely, type QueryExecutorProvider, type RawBuilder } from 'kysely'

import { isSqlite } from '../../db/dialect.ts'
import type { Schema } from './schema.ts'

/** Rows that one statement of SQLite's takes; what is left over is taken by smaller ones, so that there are few texts. */
const sizes = [32, 16, 8, 4, 2, 1]

type Cell = string | number | null

/** PostgreSQL cannot tell from a list of values what they are. */
type CellType = 'integer' | 'text' | 'double precision'

/** Runs a statement for these rows of values; returns what it returns. */
type RowsStatement<Row extends readonly Cell[], Result> = (
  db: Kysely<Schema>,
  rows: readonly Row[],
) => Promise<Result[]>

/** A statement that the server keeps under a name, parsed and planned. */
type KeptQuery<Result> = CompiledQuery<Result> & { readonly name: string }

let kept = 0

/**
 * A statement that runs for every trial, over rows of values. It is put together and compiled once: Kysely's builders take
 * longer for it than SQLite does to run it. SQLite has one for each of a few numbers of rows; PostgreSQL, where each is a
 * journey to the server, one for any number, which takes a column at a time and is kept there.
 * @param types of the values of a row
 * @param build puts the rows, `values (…), (…)` or a `select` that says the same, into the statement
 */
export function rowsStatement<Row extends readonly Cell[], Result = never>(
  types: { readonly [K in keyof Row]: CellType },
  build: (rows: RawBuilder<unknown>, db: QueryExecutorProvider) => RawBuilder<Result>,
): RowsStatement<Row, Result> {
  const cells = types.map((type) => sql`cast(${null} as ${sql.raw(type)})`)
  const rowsOf = (size: number) =>
    sql`values ${sql.join(Array.from({ length: size }, () => sql`(${sql.join(cells)})`))}`
  const columns = sql`select * from unnest(${sql.join(types.map((type) => sql`cast(${null} as ${sql.raw(type)}[])`))})`
  /** By dialect, which all transactions of a store have in common, and size. */
  const compiled = new WeakMap<object, Map<number, KeptQuery<Result>>>()
  const statementFor = (db: Kysely<Schema>, size: number, rows: () => RawBuilder<unknown>): KeptQuery<Result> => {
    const { adapter } = db.getExecutor()
    const known = compiled.get(adapter) ?? new Map<number, KeptQuery<Result>>()
    compiled.set(adapter, known)
    const statement = known.get(size) ?? { ...build(rows(), db).compile(db), name: `swath_${++kept}` }
    known.set(size, statement)
    return statement
  }
  return async (db, rows) => {
    const results: Result[] = []
    if (rows.length === 0) return results
    if (!isSqlite(db)) {
      const parameters = types.map((_, k) => rows.map((row) => row[k]))
      return (await db.executeQuery<Result>({ ...statementFor(db, 0, () => columns), parameters })).rows
    }
    let from = 0
    while (from < rows.length) {
      const size = sizes.find((each) => each <= rows.length - from) ?? 1
      const parameters = rows.slice(from, from + size).flat()
      const result = await db.executeQuery<Result>({ ...statementFor(db, size, () => rowsOf(size)), parameters })
      results.push(...result.rows)
      from += size
    }
    return results
  }
}
