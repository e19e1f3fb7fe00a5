import type { Pool } from 'pg'

import { CommitUnknown } from './errors.ts'

/**
 * Asks the server what became of a transaction. Its number is known since it began; one that the server still has open
 * ends when the server finds that nobody is there.
 */
export async function wasCommitted(pool: Pool, error: unknown): Promise<boolean> {
  if (!(error instanceof CommitUnknown)) return false
  const { rows } = await pool.query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [
    error.transactionId,
  ])
  const status = rows[0]?.status
  if (status === 'in progress') throw error
  return status === 'committed'
}
