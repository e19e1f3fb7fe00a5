import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

import type { Kysely, Transaction } from 'kysely'

import { SwathError } from '../errors.ts'
import { isRunning } from '../process-running.ts'
import { inTransaction } from './in-transaction.ts'
import type { CoordinatorRow, Schema } from './schema.ts'

const asked = Number(process.env.SWATH_LEASE_MS)

/**
 * Between machines a coordinator, or whoever trains a trial, counts as gone when it has been silent for this long. All
 * processes of a store have to agree.
 */
export const leaseMs = asked >= 1_000 ? asked : 30_000

/** A trial whose process has not renewed its lease for as long is lost. */
export function leaseEnd(now: Date): string {
  return new Date(now.getTime() + leaseMs).toISOString()
}

/** When whoever trains an attempt last renewed its lease, before a time: nobody knows that it has trained for longer. */
export function lastHeard(
  attempt: { readonly started_at: string; readonly lease_expires_at: string | null },
  before: string,
): string {
  const { started_at, lease_expires_at } = attempt
  if (lease_expires_at === null) return before
  const heard = new Date(Date.parse(lease_expires_at) - leaseMs).toISOString()
  return heard < started_at ? started_at : heard < before ? heard : before
}

export type Coordinator = Pick<CoordinatorRow, 'host' | 'pid' | 'process_start'>

const self: Coordinator = { host: hostname(), pid: process.pid, process_start: processStart(process.pid) }

export function thisProcess(): Coordinator {
  return self
}

/**
 * Takes a sweep for one process, in a transaction: of two that find the one before them gone, one wins. Returns undefined
 * on success, else who has it. Throws SwathError('not-found') if the sweep was deleted.
 */
export async function acquireSweep(
  db: Kysely<Schema>,
  sweepId: number,
  self: Coordinator,
  now: Date,
): Promise<CoordinatorRow | undefined> {
  return inTransaction(db, (transaction) => acquireIn(transaction, sweepId, self, now))
}

async function acquireIn(
  transaction: Transaction<Schema>,
  sweepId: number,
  self: Coordinator,
  now: Date,
): Promise<CoordinatorRow | undefined> {
  const holder = await liveCoordinator(transaction, sweepId, now)
  if (holder !== undefined) return isSame(holder, self) ? undefined : holder
  const sweep = await transaction.selectFrom('sweeps').select('id').where('id', '=', sweepId).executeTakeFirst()
  if (sweep === undefined) {
    throw new SwathError('not-found', 'the sweep was deleted while it was being started', {
      hint: 'run the file again: that starts a new sweep',
    })
  }
  const at = now.toISOString()
  const taken = { ...self, started_at: at, heartbeat_at: at }
  await transaction
    .insertInto('coordinators')
    .values({ sweep_id: sweepId, ...taken })
    .onConflict((conflict) => conflict.column('sweep_id').doUpdateSet(taken))
    .execute()
  return undefined
}

/** Who runs a sweep at present, if anybody does. */
export async function liveCoordinator(
  db: Kysely<Schema>,
  sweepId: number,
  now: Date,
): Promise<CoordinatorRow | undefined> {
  const row = await coordinatorOf(db, sweepId)
  return row !== undefined && isAlive(row, now) ? row : undefined
}

/** A process that runs any sweep at present; all that stores of every schema can tell. */
export async function anyLiveCoordinator(db: Kysely<Schema>, now: Date): Promise<CoordinatorRow | undefined> {
  return (await db.selectFrom('coordinators').selectAll().execute()).find((row) => isAlive(row, now))
}

/** Sweeps that a process runs at present, by their ids. */
export async function sweepsUnderWay(db: Kysely<Schema>, now: Date): Promise<number[]> {
  const rows = await db.selectFrom('coordinators').selectAll().execute()
  return rows.filter((row) => isAlive(row, now)).map((row) => row.sweep_id)
}

/** Records that a process still runs a sweep. Returns false if it does not hold the sweep: another process took it over. */
export async function renewSweep(db: Kysely<Schema>, sweepId: number, self: Coordinator, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('coordinators')
    .set({ heartbeat_at: now.toISOString() })
    .where('sweep_id', '=', sweepId)
    .where('host', '=', self.host)
    .where('pid', '=', self.pid)
    .where('process_start', '=', self.process_start)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function releaseSweep(db: Kysely<Schema>, sweepId: number, self: Coordinator): Promise<void> {
  await db
    .deleteFrom('coordinators')
    .where('sweep_id', '=', sweepId)
    .where('host', '=', self.host)
    .where('pid', '=', self.pid)
    .where('process_start', '=', self.process_start)
    .execute()
}

function coordinatorOf(db: Kysely<Schema>, sweepId: number): Promise<CoordinatorRow | undefined> {
  return db.selectFrom('coordinators').selectAll().where('sweep_id', '=', sweepId).executeTakeFirst()
}

function isSame(a: Coordinator, b: Coordinator): boolean {
  return a.host === b.host && a.pid === b.pid && a.process_start === b.process_start
}

export function isAlive(row: Coordinator & { readonly heartbeat_at: string }, now: Date): boolean {
  if (row.host !== hostname()) return now.getTime() - Date.parse(row.heartbeat_at) < leaseMs
  return isRunningHere(row)
}

/** True for a process of this machine that is still the one that wrote its row. */
export function isRunningHere({ host, pid, process_start }: Coordinator): boolean {
  return host === hostname() && isRunning(pid) && process_start === processStart(pid)
}

/** Start time in clock ticks since boot, the 22nd field of /proc/pid/stat; empty elsewhere than on Linux. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
