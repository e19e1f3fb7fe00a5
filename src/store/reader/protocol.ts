import type { SqliteDriver } from '../../sqlite/database.ts'
import type { SqlValue } from '../store.ts'

/** Everything that crosses the border of the process that answers questions is in this file. */

/** What the process is started with, as JSON in a variable of its environment: a list of processes shows arguments. */
export const settingsVariable = 'SWATH_READER'

/** Which database it asks, on behalf of whom. */
export type ReaderSettings = DatabaseSettings & { readonly parent: number }

export type DatabaseSettings = SqliteSettings | PostgresSettings

export interface PostgresSettings {
  readonly kind: 'postgres'
  /** With the password, if it has one. */
  readonly location: string
}

export interface SqliteSettings {
  readonly kind: 'sqlite'
  readonly path: string
  readonly driver: SqliteDriver
  /** How long it waits for a lock; a write-ahead log is read without one. */
  readonly busyTimeoutMs: number
}

export interface Question {
  readonly statement: string
  /** At most so many rows. */
  readonly limit: number
  readonly timeoutMs: number
}

/** An answer comes in parts: its columns, any number of rows, and how it ended. Before the first one, the process is ready. */
export type AnswerPart =
  | { readonly type: 'ready' }
  | { readonly type: 'columns'; readonly columns: readonly string[] }
  | { readonly type: 'rows'; readonly rows: readonly (readonly SqlValue[])[] }
  | { readonly type: 'end'; readonly truncated: boolean }
  | {
      readonly type: 'error'
      readonly message: string
      readonly hint: string | undefined
      /** The database's own, such as SQLITE_CORRUPT or 57P01, or the system's. */
      readonly code: string | undefined
    }

/** Where a limit keeps its threads from starting, Node may hang as it starts, for ever. */
export const mostStartMs = 30_000

/** The signal that ends a process whose time is up: the one way to stop SQLite in the middle of a step. */
export const timeIsUp = 'SIGALRM'
/** As the system does when memory runs out. */
export const outOfMemory = 'SIGKILL'
export const mostMemory = 2 ** 30
