import { sql, type Insertable, type Kysely, type Transaction } from 'kysely'

import { takeDefinitions, takeSweepNames } from '../../db/dialect.ts'
import { sweepNameOf } from '../sweep/name.ts'
import { liveCoordinator } from './coordinators.ts'
import { recordEvent } from './events.ts'
import { inTransaction } from './in-transaction.ts'
import { dropUnusedPrograms } from './programs.ts'
import { refuseLiveRuns } from './runs.ts'
import { pointsViewName } from './points-view.ts'
import type { CoordinatorRow, Schema, ProgressRow, SweepRow } from './schema.ts'
import { readingRules } from '../sweep/stored.ts'
import { writeSweepMetrics } from './recount.ts'
import { removeSpools, replaySpools } from './spool.ts'
import { freeViewName } from './sweep-view.ts'
import { insertTrials, requeue, type EndedState, type NewTrial } from './trials.ts'

/** A sweep to create: `name` is what its file has, made a sweep's name, with -2, -3, … where it is taken. */
export type NewSweep = Omit<Insertable<Schema['sweeps']>, 'view_name' | 'generation'>

/** What else is written in the transaction that creates a sweep. */
export type AlongWithSweep = (transaction: Transaction<Schema>, sweep: SweepRow) => Promise<void>

/** Creates a sweep with its trials, or nothing: the next generation of its file. */
export async function createSweep(
  db: Kysely<Schema>,
  sweep: NewSweep,
  trials: Iterable<NewTrial>,
  along?: AlongWithSweep,
): Promise<SweepRow> {
  return creating(db, (transaction) => insertSweep(transaction, sweep, trials, along))
}

/**
 * Returns the newest sweep of a file, or creates one with its trials where the file has none. Both are one transaction:
 * of many processes that start a new file at once, one creates its sweep and the others get that one.
 */
export async function findOrCreateSweep(
  db: Kysely<Schema>,
  sweep: NewSweep,
  trials: Iterable<NewTrial>,
  along?: AlongWithSweep,
): Promise<{ readonly sweep: SweepRow; readonly isCreated: boolean }> {
  return creating(db, async (transaction) => {
    const known = await newestSweepOfFile(transaction, sweep.file_name)
    if (known !== undefined) return { sweep: known, isCreated: false }
    return { sweep: await insertSweep(transaction, sweep, trials, along), isCreated: true }
  })
}

/** Runs `work` in a transaction beside which no other process creates a sweep. Trials are written meanwhile. */
function creating<T>(db: Kysely<Schema>, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await takeSweepNames(transaction)
      return work(transaction)
    })
}

async function insertSweep(
  transaction: Transaction<Schema>,
  sweep: NewSweep,
  trials: Iterable<NewTrial>,
  along: AlongWithSweep = () => Promise.resolve(),
): Promise<SweepRow> {
  const row = await insertNamed(transaction, sweep)
  await insertTrials(transaction, row.id, trials)
  await recordEvent(transaction, row.id, 'planned', sweep.created_at)
  await along(transaction, row)
  return row
}

/**
 * Inserts a sweep under a free name, with how its metrics are read, as the next generation of its file. The transaction has to exclude
 * others that create a sweep.
 */
export async function insertNamed(transaction: Transaction<Schema>, sweep: NewSweep): Promise<SweepRow> {
  const newest = await newestSweepOfFile(transaction, sweep.file_name)
  const name = await freeSweepName(transaction, sweep.name)
  const row = await transaction
    .insertInto('sweeps')
    .values({
      ...sweep,
      name,
      view_name: await freeViewName(transaction, name),
      generation: (newest?.generation ?? 0) + 1,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await writeSweepMetrics(transaction, row.id, readingRules(row))
  return row
}

/** Returns the newest sweep that was created from a file of this name. */
export function newestSweepOfFile(db: Kysely<Schema>, fileName: string): Promise<SweepRow | undefined> {
  return db
    .selectFrom('sweeps')
    .selectAll()
    .where('file_name', '=', fileName)
    .orderBy('generation', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export function newestSweep(db: Kysely<Schema>): Promise<SweepRow | undefined> {
  return db.selectFrom('sweeps').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** Returns the sweep of this name, or the only one whose file has this name: `my sweep` finds `my-sweep`. */
export async function sweepNamed(db: Kysely<Schema>, name: string): Promise<SweepRow | undefined> {
  const composed = name.normalize('NFC')
  const own = await db.selectFrom('sweeps').selectAll().where('name', '=', composed).executeTakeFirst()
  if (own !== undefined || sweepNameOf(composed) === composed) return own
  const [found, second] = await db.selectFrom('sweeps').selectAll().where('file_name', '=', composed).limit(2).execute()
  return second === undefined ? found : undefined
}

export function sweepById(db: Kysely<Schema>, id: number): Promise<SweepRow | undefined> {
  return db.selectFrom('sweeps').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Returns the name that a new sweep gets: that of its file as a sweep's name, or with -2, -3, … if it is taken. */
async function freeSweepName(db: Kysely<Schema>, fileName: string): Promise<string> {
  const rows = await db.selectFrom('sweeps').select('name').execute()
  const taken = new Set(rows.map((row) => row.name))
  const name = sweepNameOf(fileName)
  let candidate = name
  for (let k = 2; taken.has(candidate); k++) candidate = `${name}-${k}`
  return candidate
}

export function sweepProgress(db: Kysely<Schema>): Promise<ProgressRow[]> {
  return db.selectFrom('progress').selectAll().orderBy('id').execute()
}

export async function progressOf(db: Kysely<Schema>, sweepId: number): Promise<ProgressRow> {
  return db.selectFrom('progress').selectAll().where('id', '=', sweepId).executeTakeFirstOrThrow()
}

/**
 * Cancels the trials that wait, and tells the process that runs the sweep to cancel the rest. If no process runs it, the
 * trials that one left running are cancelled as well. Returns how many trials are cancelled now, and the running process.
 */
export async function cancelSweep(
  db: Kysely<Schema>,
  sweepId: number,
  now: Date,
): Promise<{ readonly cancelled: number; readonly runner: CoordinatorRow | undefined }> {
  const { spools, ...done } = await db.transaction().execute(async (transaction) => {
    const at = now.toISOString()
    const runner = await liveCoordinator(transaction, sweepId, now)
    const orphans = runner === undefined
    const replayed = orphans ? await replaySpools(transaction, sweepId) : []
    await transaction.updateTable('sweeps').set({ cancelled_at: at }).where('id', '=', sweepId).execute()
    if (orphans) {
      await transaction
        .updateTable('attempts')
        .set({ state: 'cancelled', finished_at: at })
        .where('finished_at', 'is', null)
        .where('trial_id', 'in', (trials) => trials.selectFrom('trials').select('id').where('sweep_id', '=', sweepId))
        .execute()
    }
    const { numUpdatedRows } = await transaction
      .updateTable('trials')
      .set({ state: 'cancelled', finished_at: at })
      .where('sweep_id', '=', sweepId)
      .where('state', 'in', orphans ? ['queued', 'running'] : ['queued'])
      .executeTakeFirstOrThrow()
    await recordEvent(transaction, sweepId, 'cancelled', at)
    return { cancelled: Number(numUpdatedRows), runner, spools: replayed }
  })
  removeSpools(spools)
  return done
}

/** Sweeps that have trials waiting, the oldest first. */
export function sweepsThatWait(db: Kysely<Schema>): Promise<SweepRow[]> {
  return db
    .selectFrom('sweeps')
    .selectAll()
    .where('cancelled_at', 'is', null)
    .where('ended_because', 'is', null)
    .where((sweep) =>
      sweep.exists(
        sweep
          .selectFrom('trials')
          .select('trials.id')
          .whereRef('trials.sweep_id', '=', 'sweeps.id')
          .where('trials.state', '=', 'queued'),
      ),
    )
    .orderBy('id')
    .execute()
}

/** Sweeps with a trial whose process let its lease expire. */
export function sweepsLeftBehind(db: Kysely<Schema>, at: string): Promise<SweepRow[]> {
  return db
    .selectFrom('sweeps')
    .selectAll()
    .where((sweep) =>
      sweep.exists(
        sweep
          .selectFrom('trials')
          .select('trials.id')
          .whereRef('trials.sweep_id', '=', 'sweeps.id')
          .where('trials.state', '=', 'running')
          .where('trials.lease_expires_at', '<=', at),
      ),
    )
    .orderBy('id')
    .execute()
}

/**
 * Takes the turn to look after a sweep, if nobody did within `ms`: of many processes that ask at once one gets it.
 */
export async function takeTurn(
  db: Kysely<Schema>,
  sweepId: number,
  { now, ms }: { readonly now: Date; readonly ms: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sweeps')
    .set({ looked_after_at: now.toISOString() })
    .where('id', '=', sweepId)
    .where((sweep) =>
      sweep.or([
        sweep('looked_after_at', 'is', null),
        sweep('looked_after_at', '<=', new Date(now.getTime() - ms).toISOString()),
        // The clock was set back since.
        sweep('looked_after_at', '>', new Date(now.getTime() + ms).toISOString()),
      ]),
    )
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function isCancelled(db: Kysely<Schema>, sweepId: number): Promise<boolean> {
  const row = await db.selectFrom('sweeps').select('cancelled_at').where('id', '=', sweepId).executeTakeFirst()
  return row?.cancelled_at !== null
}

/**
 * Opens a sweep that was cancelled or has ended, and queues trials of these states again: one transaction, so that
 * `cancelSweep` comes before or after both. Returns how many trials were queued.
 */
export async function openSweep(db: Kysely<Schema>, sweepId: number, again: readonly EndedState[]): Promise<number> {
  return inTransaction(db, async (transaction) => {
    await transaction
      .updateTable('sweeps')
      .set({ cancelled_at: null, ended_because: null })
      .where('id', '=', sweepId)
      .execute()
    return requeue(transaction, sweepId, again)
  })
}

/** Why and when a sweep ends. */
interface SweepEnd {
  readonly reason: string
  readonly at: string
  /** The settings that the end was decided by. */
  readonly settings?: string
  /** The trial whose failure ends it. */
  readonly trialId?: number | null
}

/**
 * Ends a sweep: no further trial of it begins until it is run again. What trains goes on, what waits stays. Returns false
 * if it has ended already, or if its settings are others than `settings`, by which the end was decided.
 * The event names the trial whose failure is the reason, if one is.
 */
export async function endSweep(
  db: Kysely<Schema>,
  sweepId: number,
  { reason, at, settings, trialId = null }: SweepEnd,
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('sweeps')
      .set({ ended_because: reason })
      .where('id', '=', sweepId)
      .where('ended_because', 'is', null)
      .$if(settings !== undefined, (sweep) => sweep.where('settings', '=', settings ?? ''))
      .executeTakeFirstOrThrow()
    const isEnded = numUpdatedRows > 0n
    if (!isEnded) return false
    await transaction
      .insertInto('events')
      .values({ sweep_id: sweepId, trial_id: trialId, at, kind: 'ended', detail: reason })
      .execute()
    return true
  })
}

/**
 * Removes a sweep with its trials, metrics, events and view; returns the trials' ids, which no other trial ever gets.
 *
 * @throws SwathError('sweep-busy') if somebody runs it
 */
export async function deleteSweep(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'name' | 'view_name'>,
  now: Date,
): Promise<number[]> {
  return db.transaction().execute(async (transaction) => {
    await refuseLiveRuns(transaction, now, { sweep: sweep.name })
    const trials = await transaction.selectFrom('trials').select('id').where('sweep_id', '=', sweep.id).execute()
    await takeDefinitions(transaction)
    for (const view of [sweep.view_name, pointsViewName(sweep.view_name)]) {
      await sql`drop view if exists ${sql.id(view)}`.execute(transaction)
    }
    await transaction.deleteFrom('sweeps').where('id', '=', sweep.id).execute()
    await dropUnusedPrograms(transaction)
    return trials.map(({ id }) => id)
  })
}
