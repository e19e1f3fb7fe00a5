import { Transaction, type Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/** Runs `work` in the transaction that `db` is already, or in one of its own. */
export function inTransaction<T>(
  db: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return db instanceof Transaction ? work(db as Transaction<Schema>) : db.transaction().execute(work)
}
