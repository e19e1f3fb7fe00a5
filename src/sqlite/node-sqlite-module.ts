import { createRequire, isBuiltin } from 'node:module'

import type { Row } from './database.ts'

/** What is used of Node's module, which the types of Node 20 do not have. */
export interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
    options: { readonly readOnly: boolean; readonly timeout: number },
  ) => DatabaseSync
  readonly StatementSync: { readonly prototype: StatementSync }
  backup(database: DatabaseSync, path: string): Promise<number>
}

export interface DatabaseSync {
  readonly isTransaction: boolean
  prepare(text: string): StatementSync
  exec(text: string): void
  close(): void
  /** Since Node 24.12. */
  enableDefensive?(active: boolean): void
}

export interface StatementSync {
  /** The text of this statement alone. */
  readonly sourceSQL: string
  columns(): { readonly name: string }[]
  all(...parameters: readonly unknown[]): Row[]
  run(...parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(...parameters: readonly unknown[]): IterableIterator<Row>
  setReadBigInts(enabled: boolean): void
  setReturnArrays(enabled: boolean): void
}

/**
 * The SQLite that Node has in it, with all that swath uses of it: since Node 22.16. Undefined where there is none, or an
 * older one, which copies no database and names no columns.
 */
export function nodeSqlite(): NodeSqlite | undefined {
  if (!isBuiltin('node:sqlite')) return undefined
  const sqlite = quietly(() => createRequire(import.meta.url)('node:sqlite') as NodeSqlite)
  return 'backup' in sqlite && 'setReturnArrays' in sqlite.StatementSync.prototype ? sqlite : undefined
}

/** Node 22 and 24 warn on stderr that it is experimental, which is swath's concern and not the user's. */
function quietly<T>(load: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  process.emitWarning = () => undefined
  try {
    return load()
  } finally {
    if (own !== undefined) Object.defineProperty(process, 'emitWarning', own)
  }
}
