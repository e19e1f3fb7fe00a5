import type { Kysely } from 'kysely'

import type { Schema } from './schema.ts'

export type SqlValue = string | number | bigint | null | Uint8Array

export interface QueryResult {
  /** Their names, each once. */
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, SqlValue>>[]
  /** True where `limit` cut the rows off. */
  readonly truncated: boolean
}

export interface QueryOptions {
  /** At most so many rows. */
  readonly limit?: number
  /** The question is given up after this long. */
  readonly timeoutMs?: number
}

/** Where everything is kept. The queries are functions beside this file and speak to `db`; an adapter only opens it. */
export interface Store {
  /** What the user would type after `--store`. */
  readonly location: string
  readonly db: Kysely<Schema>
  /** Answers one question of the user's; rejects with SwathError('sql') for anything else. Never waits for a writer. */
  query(statement: string, options?: QueryOptions): Promise<QueryResult>
  /** Why a write failed that may succeed later (a full disk), for people; undefined for any other error. */
  obstacle(error: unknown): string | undefined
  /** An error of the database as a SwathError('store'); any other as it is. */
  explain(error: unknown): unknown
  close(): Promise<void>
}

/** `read` wants a store that exists; `write` makes one. */
export type StoreAccess = 'read' | 'write'
