import type { Kysely } from 'kysely'

import { leaseEnd, leaseMs } from './coordinators.ts'
import type { Schema } from './schema.ts'

/**
 * Shortens leases and heartbeats that lie in the future because the store's clock was set back. Otherwise a trial whose
 * process has ended would stay `running` until the clock reaches the old time. A live process has the time of one lease to
 * renew its own.
 */
export async function shortenFutureTimes(db: Kysely<Schema>, now: Date): Promise<void> {
  // Clocks of hosts follow the store's with a delay, so a time that is a little ahead is left alone.
  const latest = (ms: number) => new Date(now.getTime() + leaseMs + ms).toISOString()
  const at = now.toISOString()
  await db
    .updateTable('trials')
    .set({ lease_expires_at: leaseEnd(now) })
    .where('state', '=', 'running')
    .where('lease_expires_at', '>', latest(leaseMs))
    .execute()
  await db
    .updateTable('registered_hosts')
    .set({ heartbeat_at: at, expires_at: new Date(now.getTime() + 2 * leaseMs).toISOString() })
    .where('state', 'in', ['active', 'draining', 'set aside'])
    .where('expires_at', '>', latest(2 * leaseMs))
    .execute()
  await db.updateTable('coordinators').set({ heartbeat_at: at }).where('heartbeat_at', '>', latest(0)).execute()
}
