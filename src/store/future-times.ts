import type { Kysely } from 'kysely'

import { leaseEnd, leaseMs } from './coordinators.ts'
import type { Schema } from './schema.ts'

/**
 * Shortens leases and heartbeats that the store's clock cannot have given: it was set back since. Without that, the trials
 * of a process that ended stay `running` until the clock has caught up. A live process has one lease to renew its own.
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
