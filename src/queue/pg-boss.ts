import type { Pool, QueryResult } from 'pg'
import { fromKysely, PgBoss, type Db } from 'pg-boss'

import { leaseMs } from '../store/coordinators.ts'
import type { SharedQueue, SweepQueue } from './shared-queue.ts'

/** Whoever took a trial has so long to find its checkpoint and begin, two minutes; then it is somebody else's to take. */
const beginSeconds = (4 * leaseMs) / 1_000
const jobsPerInsert = 5_000
/** Longer than a trial that failed waits before it is taken again. */
const longestDelaySeconds = 60

interface JobData {
  readonly trialId: number
}

export interface BossOptions {
  readonly pool: Pool
  /** Runs a text of one or several statements; resolves to the result of the last. */
  readonly run: (text: string, values: unknown[] | undefined) => Promise<QueryResult<object> | undefined>
  readonly storeSchema: string
  /** The schema of the queue's own tables. */
  readonly schema: string
  /** False for a user that may not create tables: an owner has created them. */
  readonly mayMigrate: boolean
}

/**
 * Opens a pg-boss queue for each sweep, in the database of the store: a job is made, and done, in the transaction that
 * changes its trial's row, so that neither is ever there without the other.
 */
export async function openBossQueue({ pool, run, storeSchema, schema, mayMigrate }: BossOptions): Promise<SharedQueue> {
  const createSchema = mayMigrate && (await isMissing(pool, schema))
  const boss = new PgBoss({
    ...{ db: lockingTables(run, storeSchema), schema, schedule: false, migrate: mayMigrate, createSchema },
    // What a host took and did not begin is given to another within seconds of its time.
    ...{ superviseIntervalSeconds: 10, monitorIntervalSeconds: 10 },
  })
  // What its supervision cannot do now it does later; whoever takes or adds a trial is told of errors.
  boss.on('error', () => undefined)
  await (mayMigrate ? alone(pool, storeSchema, () => boss.start()) : boss.start())
  const made = new Map<number, SweepQueue>()
  return {
    async of(sweepId) {
      const known = made.get(sweepId)
      if (known !== undefined) return known
      const name = nameOf(sweepId)
      // One job a trial, however often it is added.
      await boss.createQueue(name, { policy: 'exclusive', retryLimit: 2 ** 30, expireInSeconds: beginSeconds })
      const queue = sweepQueue(boss, name, {
        held: () => heldJobs(pool, schema, name),
        mendTimes: () => mendTimes(pool, schema, name),
      })
      made.set(sweepId, queue)
      return queue
    },
    async sweeps() {
      const names = (await boss.getQueues()).map(({ name }) => /^sweep-(\d+)$/.exec(name)?.[1])
      return names.flatMap((id) => (id === undefined ? [] : [Number(id)]))
    },
    async drop(sweepId) {
      made.delete(sweepId)
      await boss.deleteQueue(nameOf(sweepId))
    },
    close: () => boss.stop({ graceful: false, close: false }),
  }
}

/** PostgreSQL asks for the right to create schemas even where `if not exists` finds one. */
export async function isMissing(pool: Pool, schema: string): Promise<boolean> {
  const { rows } = await pool.query<{ missing: boolean }>('select to_regnamespace($1) is null as missing', [schema])
  return rows[0]?.missing === true
}

/** Lets one of several processes that begin at once create what is missing: with `if not exists` PostgreSQL fails the others. */
async function alone(pool: Pool, storeSchema: string, work: () => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`lock table ${storeSchema}.lock_definitions in exclusive mode`)
    await work()
    await client.query('commit')
    client.release()
  } catch (error) {
    // A connection that is closed gives its lock back.
    client.release(true)
    throw error
  }
}

/** pg-boss's lock, which a reader could take, too, and hold for as long as it likes. */
const advisoryLock = /select pg_advisory_xact_lock\(\('x' \|\| encode\(sha224\(.*?::bit\(64\)::bigint\)/gis

/** Runs pg-boss's statements, with locks that only who changes the queue may take. */
function lockingTables(run: BossOptions['run'], storeSchema: string): Db {
  return {
    async executeSql(text, values) {
      const locked = text.replaceAll(advisoryLock, `lock table ${storeSchema}.lock_queue in exclusive mode`)
      return { rows: (await run(locked, values))?.rows ?? [] }
    },
  }
}

interface QueueRows {
  readonly held: SweepQueue['held']
  readonly mendTimes: () => Promise<number>
}

function sweepQueue(boss: PgBoss, name: string, { held, mendTimes }: QueueRows): SweepQueue {
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
      const fetch = () => boss.fetch<JobData>(name, { batchSize: most, ...(!alone && { minPriority: 0 }) })
      const found = await fetch()
      const jobs = found.length === 0 && (await mendTimes()) > 0 ? await fetch() : found
      return jobs.map(({ id, data }) => ({ trialId: data.trialId, job: id }))
    },
    async done(transaction, jobs) {
      if (jobs.length > 0) await boss.deleteJob(name, [...jobs], { db: fromKysely(transaction) })
    },
  }
}

/**
 * Makes jobs due that no delay explains: the server's clock was set back since they were added or taken. Resolves to how
 * many.
 */
async function mendTimes(pool: Pool, schema: string, name: string): Promise<number> {
  const { rowCount } = await pool.query(
    `update ${schema}.job set start_after = ${schema}.job_now(), started_on = least(started_on, ${schema}.job_now())
      where name = $1 and (
        state < 'active' and start_after > ${schema}.job_now() + $2 * interval '1 second'
        or state = 'active' and started_on > ${schema}.job_now() + $2 * interval '1 second')`,
    [name, longestDelaySeconds],
  )
  return rowCount ?? 0
}

/** Its own counts are of up to a minute ago, and do not say of which trials. */
async function heldJobs(pool: Pool, schema: string, name: string): Promise<ReadonlyMap<number, string>> {
  const { rows } = await pool.query<{ trial: number; job: string }>(
    `select singleton_key::bigint as trial, id as job from ${schema}.job
      where name = $1 and state in ('created', 'retry', 'active')`,
    [name],
  )
  return new Map(rows.map(({ trial, job }) => [trial, job]))
}

function nameOf(sweepId: number): string {
  return `sweep-${sweepId}`
}
