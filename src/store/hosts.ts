import { sql, type Kysely, type Transaction } from 'kysely'

import { leaseEnd, leaseMs, type Coordinator } from './coordinators.ts'
import { enqueue } from './enqueue.ts'
import type { SweepQueue } from '../queue/shared-queue.ts'
import type { HostRow, RegisteredState, Schema } from './schema.ts'

/** What a host says of itself. */
export interface Capabilities {
  readonly workers: number
  readonly cores: number
  readonly tags: readonly string[]
  readonly runtime: string
  readonly node: string
  readonly platform: string
  readonly processor: string
}

/** Attempts that fail one after another on a host before it is asked whether it is the host. */
const failuresOfABadHost = 3

export async function registerHost(
  db: Kysely<Schema>,
  { host, pid, process_start }: Coordinator,
  { version, capabilities, at }: { readonly version: string; readonly capabilities: Capabilities; readonly at: string },
): Promise<number> {
  const { id } = await db
    .insertInto('registered_hosts')
    .values({
      ...{ name: host, pid, process_start, version, capabilities: JSON.stringify(capabilities) },
      ...{ state: 'active', reason: null, started_at: at, heartbeat_at: at, expires_at: lostAfter(new Date(at)) },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** When a host that is heard now counts as lost: after two leases without a heartbeat. */
function lostAfter(now: Date): string {
  return new Date(now.getTime() + 2 * leaseMs).toISOString()
}

/** Records that a host is there, and renews the leases of its trials. Resolves to its row: others may set it aside. */
export async function beatHost(
  db: Kysely<Schema>,
  id: number,
  { host, pid, process_start }: Coordinator,
  now: Date,
): Promise<{ readonly state: RegisteredState; readonly reason: string | null }> {
  await db
    .updateTable('trials')
    .set({ lease_expires_at: leaseEnd(now) })
    .where('state', '=', 'running')
    .where('host', '=', host)
    .where('pid', '=', pid)
    .where('process_start', '=', process_start)
    .execute()
  return db
    .updateTable('registered_hosts')
    .set({ heartbeat_at: now.toISOString(), expires_at: lostAfter(now) })
    .where('id', '=', id)
    .returning(['state', 'reason'])
    .executeTakeFirstOrThrow()
}

export async function setHostState(db: Kysely<Schema>, id: number, state: RegisteredState): Promise<void> {
  await db.updateTable('registered_hosts').set({ state }).where('id', '=', id).execute()
}

/** The hosts of a store, those that are there first. */
export async function hostsOf(
  db: Kysely<Schema>,
): Promise<(Omit<HostRow, 'capabilities'> & { readonly capabilities: Capabilities })[]> {
  const rows = await db
    .selectFrom('hosts')
    .selectAll()
    .orderBy(
      sql`case state when 'active' then 0 when 'draining' then 1 when 'set aside' then 2 when 'lost' then 3 else 4 end`,
    )
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, capabilities: JSON.parse(row.capabilities) as Capabilities }))
}

/** How many trials could be trained at once by the hosts that take some. */
export async function workersPresent(db: Kysely<Schema>): Promise<number> {
  const hosts = await db
    .selectFrom('hosts')
    .select('capabilities')
    // What is in the index, then what is so at present.
    .where('registered_as', '=', 'active')
    .where('state', '=', 'active')
    .execute()
  return hosts.reduce((sum, { capabilities }) => sum + (JSON.parse(capabilities) as Capabilities).workers, 0)
}

/** How many trials each process trains, by {@link processKey}. */
export async function runningByHost(db: Kysely<Schema>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('trials')
    .select(['host', 'pid', 'process_start', (all) => all.fn.countAll<number>().as('trials')])
    .where('state', '=', 'running')
    .groupBy(['host', 'pid', 'process_start'])
    .execute()
  return new Map(
    rows.map(({ host, pid, process_start, trials }) => {
      return [processKey({ name: host ?? '', pid: pid ?? 0, process_start: process_start ?? '' }), trials]
    }),
  )
}

/** Which process it is: in a container that was started again it has the name and the pid of the one before. */
export function processKey({ name, pid, process_start }: HostProcess): string {
  return `${name} ${pid} ${process_start}`
}

type HostProcess = Pick<HostRow, 'name' | 'pid' | 'process_start'>

/** A host on which trials fail one after another, while they end well elsewhere. */
export interface BadHost {
  readonly id: number
  readonly name: string
  readonly reason: string
}

/**
 * Sets such hosts aside, and queues again what failed there since it last went well: it does not count against the
 * trials. One that has no other beside it is given the benefit of the doubt: then it is rather the program.
 */
export async function setBadHostsAside(
  db: Kysely<Schema>,
  sweepId: number,
  { queue, at }: { readonly queue: SweepQueue; readonly at: string },
): Promise<BadHost[]> {
  const bad: BadHost[] = []
  for (const host of await suspects(db)) {
    const failed = await failedInARow(db, host)
    if (!(await wentWellElsewhere(db, host, failed))) continue
    const reason = `${failed.length} attempts in a row failed here and trials completed elsewhere; the last: ${failed.at(-1)?.error ?? ''}`
    const isSetAside = await db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('registered_hosts')
        .set({ state: 'set aside', reason })
        .where('id', '=', host.id)
        .where('state', '=', 'active')
        .executeTakeFirstOrThrow()
      // Another process has judged it meanwhile: its failures are forgiven once.
      if (numUpdatedRows === 0n) return false
      await forgive(transaction, failed)
      await transaction
        .insertInto('events')
        .values({ sweep_id: sweepId, trial_id: null, at, kind: 'host set aside', detail: `${host.name}: ${reason}` })
        .execute()
      return true
    })
    if (isSetAside) bad.push({ id: host.id, name: host.name, reason })
  }
  await handBack(db, sweepId, queue)
  return bad
}

/** Hosts on which the last attempts failed: of the others, however many there are, nothing more is asked. */
async function suspects(db: Kysely<Schema>): Promise<(HostProcess & Pick<HostRow, 'id'>)[]> {
  return db
    .selectFrom('hosts')
    .select(['id', 'name', 'pid', 'process_start'])
    .where('registered_as', '=', 'active')
    .where('state', '=', 'active')
    .where(
      (host) =>
        host
          .selectFrom((from) =>
            from
              .selectFrom('attempts')
              .select('attempts.state')
              .whereRef('attempts.host', '=', 'hosts.name')
              .whereRef('attempts.pid', '=', 'hosts.pid')
              .whereRef('attempts.process_start', '=', 'hosts.process_start')
              .where('attempts.finished_at', 'is not', null)
              .orderBy('attempts.finished_at', 'desc')
              .limit(failuresOfABadHost)
              .as('last'),
          )
          .select((last) => last.fn.countAll<number>().as('failed'))
          .where('last.state', '=', 'failed'),
      '=',
      failuresOfABadHost,
    )
    .execute()
}

interface FailedAttempt {
  readonly trial_id: number
  readonly attempt: number
  readonly finished_at: string
  readonly error: string | null
}

/** What failed on a host since something went well there, in the order of time. */
async function failedInARow(db: Kysely<Schema>, { name, pid, process_start }: HostProcess): Promise<FailedAttempt[]> {
  const last = await db
    .selectFrom('attempts')
    .select(['trial_id', 'attempt', 'state', 'finished_at', 'error'])
    .where('host', '=', name)
    .where('pid', '=', pid)
    .where('process_start', '=', process_start)
    .where('finished_at', 'is not', null)
    .orderBy('finished_at', 'desc')
    .limit(100)
    .execute()
  const failed = last.findIndex(({ state }) => state !== 'failed')
  return last
    .slice(0, failed < 0 ? last.length : failed)
    .map(({ finished_at, ...attempt }) => ({ ...attempt, finished_at: finished_at ?? '' }))
    .reverse()
}

/** True if another host has completed a trial of the same sweep since. */
async function wentWellElsewhere(
  db: Kysely<Schema>,
  { name, process_start }: HostProcess,
  failed: readonly FailedAttempt[],
): Promise<boolean> {
  const [first] = failed
  if (first === undefined) return false
  const ids = failed.map(({ trial_id }) => trial_id)
  const row = await db
    .selectFrom('trials')
    .select('id')
    .where('sweep_id', 'in', (of) => of.selectFrom('trials').select('sweep_id').where('id', 'in', ids))
    .where('state', '=', 'completed')
    .where('finished_at', '>=', first.finished_at)
    .where((other) => other.or([other('host', '!=', name), other('process_start', '!=', process_start)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** What failed there does not count against its trials. */
async function forgive(db: Transaction<Schema>, failed: readonly FailedAttempt[]): Promise<void> {
  for (const { trial_id } of failed) {
    await db
      .updateTable('trials')
      .set({ failures: sql<number>`failures - 1` })
      .where('id', '=', trial_id)
      .where('failures', '>', 0)
      .execute()
  }
}

/** Trials that failed for good on a host that was set aside, also before it knew that it was. */
async function handBack(db: Kysely<Schema>, sweepId: number, queue: SweepQueue): Promise<void> {
  const failed = (from: Kysely<Schema>) =>
    from
      .selectFrom('trials')
      .innerJoin('hosts', (join) =>
        join
          .onRef('hosts.name', '=', 'trials.host')
          .onRef('hosts.pid', '=', 'trials.pid')
          .onRef('hosts.process_start', '=', 'trials.process_start'),
      )
      .select('trials.id')
      .where('trials.sweep_id', '=', sweepId)
      .where('trials.state', '=', 'failed')
      .where('hosts.state', '=', 'set aside')
      .execute()
  if ((await failed(db)).length === 0) return
  await db.transaction().execute(async (transaction) => {
    const ids = (await failed(transaction)).map(({ id }) => id)
    if (ids.length === 0) return
    await transaction
      .updateTable('trials')
      .set({
        ...{ state: 'queued', failures: 0, error: null, finished_at: null },
        ...{ worker: null, host: null, pid: null, process_start: null },
      })
      .where('id', 'in', ids)
      .execute()
    await enqueue(transaction, queue, sweepId, { ids })
  })
}
