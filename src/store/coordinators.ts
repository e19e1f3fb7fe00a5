import { hostname } from 'node:os'

import { sql, type Kysely, type Transaction } from 'kysely'

import { isSqlite } from '../../db/dialect.ts'
import { SwathError } from '../errors.ts'
import { holdPipe, livenessIn, processName, releasePipe, type Liveness } from '../process-pipe.ts'
import { cached } from '../setup/cache.ts'
import { inTransaction } from './in-transaction.ts'
import type { CoordinatorRow, Schema } from './schema.ts'

const asked = Number(process.env.SWATH_LEASE_MS)

/**
 * A process whose pipe tells nothing counts as ended after this long without a heartbeat. All processes of a store have to
 * agree.
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

const self: Coordinator = { host: hostname(), pid: process.pid, process_start: processName }

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
  if (isSame(self, thisProcess())) holdPipe(await pipeFolder(transaction))
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
  const rows = await db.selectFrom('coordinators').selectAll().where('sweep_id', '=', sweepId).execute()
  return (await alive(db, rows, now))[0]
}

/** A process that runs any sweep at present; all that stores of every schema can tell. */
export async function anyLiveCoordinator(db: Kysely<Schema>, now: Date): Promise<CoordinatorRow | undefined> {
  return (await liveCoordinators(db, now))[0]
}

/** Sweeps that a process runs at present, by their ids. */
export async function sweepsUnderWay(db: Kysely<Schema>, now: Date): Promise<number[]> {
  return (await liveCoordinators(db, now)).map((row) => row.sweep_id)
}

async function liveCoordinators(db: Kysely<Schema>, now: Date): Promise<CoordinatorRow[]> {
  return alive(db, await db.selectFrom('coordinators').selectAll().execute(), now)
}

async function alive(db: Kysely<Schema>, rows: readonly CoordinatorRow[], now: Date): Promise<CoordinatorRow[]> {
  const livenessOf = await livenessBy(db)
  return rows.filter((row) => isAlive({ ...row, liveness: livenessOf(row) }, now))
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
  if (isSqlite(db) && isSame(self, thisProcess())) releasePipe(await pipeFolder(db))
}

function isSame(a: Coordinator, b: Coordinator): boolean {
  return a.host === b.host && a.pid === b.pid && a.process_start === b.process_start
}

/** True of a process that runs a sweep: by its pipe, else by its heartbeats. */
export function isAlive(
  { liveness, heartbeat_at }: { readonly liveness: Liveness; readonly heartbeat_at: string },
  now: Date,
): boolean {
  return liveness === 'running' || (liveness === 'unknown' && now.getTime() - Date.parse(heartbeat_at) < leaseMs)
}

/** Returns what tells whether a process runs that a row names. Every decision about a process goes by it. */
export async function livenessBy(
  db: Kysely<Schema>,
): Promise<(process: { readonly host: string | null; readonly process_start: string | null }) => Liveness> {
  const folder = await pipeFolder(db)
  return ({ host, process_start }) => {
    const found = livenessIn(folder, process_start ?? '')
    // A folder that hosts share shows the pipes of each, and only the kernel of a pipe knows whether it is open.
    return found === 'ended' && host !== hostname() ? 'unknown' : found
  }
}

/**
 * Where processes hold their pipes: beside a store that is a file, so that all who open it see them, and in the user's
 * cache for one on a server.
 */
export async function pipeFolder(db: Kysely<Schema>): Promise<string> {
  return isSqlite(db) ? `${await databaseFile(db)}-processes` : cached('processes')
}

/** The file of a store that is one, whatever links lead to it. */
export async function databaseFile(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ name: string; file: string }>`pragma database_list`.execute(db)
  return rows.find(({ name }) => name === 'main')?.file ?? ''
}
