import type { Pool } from 'pg'
import { fromKysely, PgBoss, type Db } from 'pg-boss'

import { leaseMs } from '../store/coordinators.ts'
import { runBatch } from '../store/postgres/session.ts'
import type { SharedQueue, SweepQueue } from './shared-queue.ts'

/** Whoever took a trial has so long to find its checkpoint and begin, two minutes; then it is somebody else's to take. */
const beginSeconds = (4 * leaseMs) / 1_000
const jobsPerInsert = 5_000

interface JobData {
  readonly trialId: number
}

/**
 * A pg-boss queue for each sweep, in the database of the store: a job is made, and done, in the transaction that changes
 * its trial's row, so that neither is ever there without the other.
 * @param mayMigrate false for a user that may not make tables: somebody else has made them
 */
export async function openBossQueue(
  pool: Pool,
  { schema, mayMigrate }: { readonly schema: string; readonly mayMigrate: boolean },
): Promise<SharedQueue> {
  const boss = new PgBoss({
    ...{ db: fromPool(pool), schema, schedule: false, migrate: mayMigrate, createSchema: mayMigrate },
    // What a host took and did not begin is given to another within seconds of its time.
    ...{ superviseIntervalSeconds: 10, monitorIntervalSeconds: 10 },
  })
  // What its supervision cannot do now it does later; whoever takes or adds a trial is told of errors.
  boss.on('error', () => undefined)
  await (mayMigrate ? alone(pool, schema, () => boss.start()) : boss.start())
  const made = new Map<number, SweepQueue>()
  return {
    async of(sweepId) {
      const known = made.get(sweepId)
      if (known !== undefined) return known
      const name = nameOf(sweepId)
      // One job a trial, however often it is added.
      await boss.createQueue(name, { policy: 'exclusive', retryLimit: 2 ** 30, expireInSeconds: beginSeconds })
      const queue = sweepQueue(boss, name, () => heldIds(pool, schema, name))
      made.set(sweepId, queue)
      return queue
    },
    async drop(sweepId) {
      made.delete(sweepId)
      await boss.deleteQueue(nameOf(sweepId))
    },
    close: () => boss.stop({ graceful: false, close: false }),
  }
}

/** Of those that begin at once one makes what is not there; PostgreSQL's own `if not exists` fails the others. */
async function alone(pool: Pool, schema: string, work: () => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select pg_advisory_xact_lock(hashtextextended('swath queue ' || $1, 0))", [schema])
    await work()
    await client.query('commit')
    client.release()
  } catch (error) {
    // A connection that is closed gives its lock back.
    client.release(true)
    throw error
  }
}

/** Runs pg-boss's statements, which may be several at once, of which the last one's rows count. */
function fromPool(pool: Pool): Db {
  return {
    async executeSql(text, values) {
      return { rows: (await runBatch(pool, text, values))?.rows ?? [] }
    },
  }
}

function sweepQueue(boss: PgBoss, name: string, held: SweepQueue['held']): SweepQueue {
  return {
    held,
    async add(transaction, trials) {
      for (let from = 0; from < trials.length; from += jobsPerInsert) {
        const jobs = trials.slice(from, from + jobsPerInsert).map(({ id, priority, delaySeconds }) => ({
          ...{ data: { trialId: id } satisfies JobData, priority, singletonKey: String(id) },
          ...(delaySeconds > 0 && { startAfter: delaySeconds }),
        }))
        await boss.insert(name, jobs, { db: fromKysely(transaction) })
      }
    },
    async take(most, { alone }) {
      const jobs = await boss.fetch<JobData>(name, { batchSize: most, ...(!alone && { minPriority: 0 }) })
      return jobs.map(({ id, data }) => ({ trialId: data.trialId, job: id }))
    },
    async done(transaction, jobs) {
      if (jobs.length > 0) await boss.deleteJob(name, [...jobs], { db: fromKysely(transaction) })
    },
  }
}

/** Its own counts are of up to a minute ago, and do not say of which trials. */
async function heldIds(pool: Pool, schema: string, name: string): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ id: number }>(
    `select singleton_key::bigint as id from ${schema}.job
      where name = $1 and state in ('created', 'retry', 'active')`,
    [name],
  )
  return new Set(rows.map(({ id }) => id))
}

function nameOf(sweepId: number): string {
  return `sweep-${sweepId}`
}
