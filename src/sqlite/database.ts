import type { SqliteStatement } from 'kysely'

/** What speaks to SQLite: better-sqlite3 with its compiled part, or the SQLite that Node has in it. */
export type SqliteDriver =
  | { readonly name: 'better-sqlite3'; readonly nativeBinding: string }
  /** @param reason why it is used and not better-sqlite3, for people */
  | { readonly name: 'node:sqlite'; readonly reason: string }

export interface OpenOptions {
  readonly readonly?: boolean
  /** How long a statement waits for another connection's lock. */
  readonly timeout?: number
}

export type Row = Record<string, unknown>
export type SqliteValue = string | number | bigint | null | Uint8Array

/** A connection, the same with each driver. Whole numbers are numbers, errors have SQLite's names as their `code`. */
export interface Database {
  readonly inTransaction: boolean
  prepare(text: string): Statement
  /** Runs any number of statements. */
  exec(text: string): void
  /** @returns the rows that it answers with */
  pragma(text: string): Row[]
  /** Copies the database to a file that is not there yet. */
  backup(path: string): Promise<void>
  /** Lets `writable_schema` be turned on. */
  allowSchemaChanges(): void
  close(): void
}

/** A single statement; `reader` where it answers with rows. */
export interface Statement extends SqliteStatement {
  /** True where it cannot change the database. */
  readonly readonly: boolean
  columns(): string[]
  all(parameters?: readonly unknown[]): Row[]
  run(parameters?: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(parameters?: readonly unknown[]): IterableIterator<Row>
  /** The values of each row, whole numbers as bigints. @throws where the statement has parameters */
  exactRows(): IterableIterator<SqliteValue[]>
}

/** An error of SQLite's own, with its name such as SQLITE_BUSY. */
export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && /^SQLITE_[A-Z]/.test(String(error.code))
}
