import type { Kysely } from 'kysely'

import type { QueueTables, SharedQueue } from '../queue/shared-queue.ts'
import type { Schema } from './schema.ts'

export type SqlValue = string | number | bigint | boolean | null | Uint8Array

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
  /** Gives the question up, also while it waits for others. */
  readonly signal?: AbortSignal
}

/** What a database says of itself. */
export interface StoreCheck {
  /** What is wrong with how it is stored; empty if nothing is. */
  readonly damage: readonly string[]
  /** Rows that name a row that is not there. */
  readonly dangling: readonly { readonly table: string; readonly parent: string; readonly rows: number }[]
  /** Bytes that it takes, and of these the ones that were committed and wait in a log of the store's own. */
  readonly bytes: number
  readonly logBytes: number
}

/** What came of a damaged store. */
export interface Salvage {
  /** Where the damaged one is now. */
  readonly kept: string
  /** Rows that could be read, by table. */
  readonly rows: Readonly<Record<string, number>>
}

/** What makes a copy of a store more than the same bytes; called before the copy has its name. */
export type PrepareCopy = (copy: Store) => Promise<void>

/** What a store can do because it is a file of its own. */
interface StoreFile {
  /**
   * Copies it as it is at one moment, while others write, to a file that opens as a store. The file is there whole or not
   * at all, on disk and checked. @throws SwathError('store') if it can't be written or, unless `replace`, is there already
   */
  copyTo(path: string, options: { readonly replace: boolean; readonly prepare?: PrepareCopy }): Promise<void>
  /** Gives back the room of what was deleted; resolves to how many bytes. Others wait meanwhile. */
  compact(): Promise<number>
}

/** Where everything is kept. The queries are functions beside this file and speak to `db`; an adapter only opens it. */
export interface Store {
  /** What the user would type after `--store`, without a password. */
  readonly location: string
  /** True where it may only be read. */
  readonly isReadOnly: boolean
  /** True where the user of a server is its superuser, whom no role holds back from anything on it. */
  readonly isSuperuser?: boolean
  /**
   * Aborted with a SwathError('store') when what is open is no longer what its name stands for: the file was removed,
   * renamed or replaced. What was reported is saved by then, and the error says where.
   */
  readonly lost: AbortSignal
  /**
   * A transaction of it excludes other writers from its first statement to its last. One of isolation level
   * `read committed` excludes only those that exclude it: what it changes it has to change in statements that say from
   * which state. One of access mode `read only` sees one moment and excludes nobody.
   */
  readonly db: Kysely<Schema>
  /** The time by the store's clock: that of one machine is its own, hosts that share a store share this one. */
  now(): Date
  /** Answers one question of the user's; rejects with SwathError('sql') for anything else. Never waits for a writer. */
  query(statement: string, options?: QueryOptions): Promise<QueryResult>
  /** Why a write failed that may succeed later (a full disk), for people; undefined for any other error. */
  obstacle(error: unknown): string | undefined
  /**
   * Why a write failed although the database answers, in its words, where the next attempt may succeed: a statement that
   * was cancelled, a deadlock. It is tried again for some seconds. Undefined for any other error.
   */
  setback?(error: unknown): string | undefined
  /**
   * Whether a transaction was committed whose end nobody could tell: the connection was lost in the commit. False for any
   * other error. Rejects with an obstacle while the database cannot be asked.
   */
  wasCommitted(error: unknown): Promise<boolean>
  /** An error of the database as a SwathError('store'); any other as it is. */
  explain(error: unknown): unknown
  /** Looks at all of it, and changes nothing. */
  check(): StoreCheck | Promise<StoreCheck>
  /** Opens the queue of a store that hosts share, which is closed before the store; undefined where there is one machine. */
  readonly openQueue: (() => Promise<SharedQueue>) | undefined
  /** The tables of that queue, as they are. */
  readonly queueTables: QueueTables | undefined
  /** @throws SwathError('usage') where a server keeps it, whose own tools do that */
  file(): StoreFile
  close(): Promise<void>
}

/**
 * `read` wants a store that exists and may be on a medium that cannot be written; `change` wants one that exists; `write`
 * makes one; `inspect` takes one that exists as it is, whatever its schema, and changes nothing.
 */
export type StoreAccess = 'inspect' | 'read' | 'change' | 'write'
