import { setTimeout as delay } from 'node:timers/promises'

import { isSqliteError } from '../../sqlite/database.ts'

/** How long a statement waits for another connection's lock. */
export const busyTimeoutMs = 5_000
/** How long SQLite itself waits for it, with the thread asleep: then timers and signals have their turn. */
export const sleepMs = 50

/** Does the work again while another connection holds a lock that it needs; what was refused has changed nothing. */
export async function whileBusy<T>(work: () => T | Promise<T>): Promise<T> {
  const end = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isLocked(error) || performance.now() >= end) throw error
      await delay(1)
    }
  }
}

/** False of a transaction that read what has changed since: it would be refused again. */
function isLocked(error: unknown): boolean {
  return isSqliteError(error) && (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_RECOVERY')
}
