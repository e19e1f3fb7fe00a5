import { sql, type CompiledQuery, type Kysely, type QueryExecutorProvider, type RawBuilder } from 'kysely'

import type { Schema } from './schema.ts'

/** Rows that one statement takes; what is left over is taken by smaller ones, so that there are few different texts. */
const sizes = [32, 16, 8, 4, 2, 1]

type Cell = string | number | null

/** PostgreSQL cannot tell from a list of values what they are. */
type CellType = 'integer' | 'text' | 'double precision'

/** Runs a statement for these rows of values; returns what it returns. */
type RowsStatement<Row extends readonly Cell[], Result> = (
  db: Kysely<Schema>,
  rows: readonly Row[],
) => Promise<Result[]>

/**
 * A statement that runs for every trial, over rows of values. It is put together and compiled once for each number of
 * rows: Kysely's builders take longer for it than SQLite does to run it.
 * @param types of the values of a row
 * @param build puts the list `(…), (…)` into the statement
 */
export function rowsStatement<Row extends readonly Cell[], Result = never>(
  types: { readonly [K in keyof Row]: CellType },
  build: (rows: RawBuilder<unknown>, db: QueryExecutorProvider) => RawBuilder<Result>,
): RowsStatement<Row, Result> {
  const cells = types.map((type) => sql`cast(${null} as ${sql.raw(type)})`)
  const rowsOf = (size: number) => sql.join(Array.from({ length: size }, () => sql`(${sql.join(cells)})`))
  /** By dialect, which all transactions of a store have in common, and size. */
  const compiled = new WeakMap<object, Map<number, CompiledQuery<Result>>>()
  const statementFor = (db: Kysely<Schema>, size: number): CompiledQuery<Result> => {
    const { adapter } = db.getExecutor()
    const known = compiled.get(adapter) ?? new Map<number, CompiledQuery<Result>>()
    compiled.set(adapter, known)
    const statement = known.get(size) ?? build(rowsOf(size), db).compile(db)
    known.set(size, statement)
    return statement
  }
  return async (db, rows) => {
    const results: Result[] = []
    let from = 0
    while (from < rows.length) {
      const size = sizes.find((each) => each <= rows.length - from) ?? 1
      const parameters = rows.slice(from, from + size).flat()
      const result = await db.executeQuery<Result>({ ...statementFor(db, size), parameters })
      results.push(...result.rows)
      from += size
    }
    return results
  }
}
