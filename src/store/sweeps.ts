import { sql, type Insertable, type Kysely, type Transaction } from 'kysely'

import { takeDefinitions } from '../../db/dialect.ts'
import { sweepNameOf } from '../sweep/name.ts'
import { recordEvent } from './events.ts'
import { refuseLiveRuns } from './runs.ts'
import { pointsViewName } from './points-view.ts'
import type { Schema, ProgressRow, SweepRow } from './schema.ts'
import { readingRules } from '../sweep/stored.ts'
import { writeSweepMetrics } from './recount.ts'
import { freeViewName } from './sweep-view.ts'
import { insertTrials, type NewTrial } from './trials.ts'

export type NewSweep = Omit<Insertable<Schema['sweeps']>, 'view_name'>

/** Writes a sweep and all its trials, and what comes `afterwards`, or nothing. Returns undefined if another process took the name first. */
export async function createSweep(
  db: Kysely<Schema>,
  sweep: NewSweep,
  trials: Iterable<NewTrial>,
  afterwards: (transaction: Transaction<Schema>, sweep: SweepRow) => Promise<void> = () => Promise.resolve(),
): Promise<SweepRow | undefined> {
  // Nobody else sees it before it is whole: others may write meanwhile.
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      const row = await insertSweep(transaction, sweep)
      if (row === undefined) return undefined
      await writeSweepMetrics(transaction, row.id, readingRules(row))
      await insertTrials(transaction, row.id, trials)
      await recordEvent(transaction, row.id, 'planned', sweep.created_at)
      await afterwards(transaction, row)
      return row
    })
}

/** Inserts a sweep with a view name that is free. Returns undefined if another sweep has its name. */
export async function insertSweep(transaction: Transaction<Schema>, sweep: NewSweep): Promise<SweepRow | undefined> {
  for (;;) {
    const row = await transaction
      .insertInto('sweeps')
      .values({ ...sweep, view_name: await freeViewName(transaction, sweep.name) })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (row !== undefined) return row
    const taken = await transaction.selectFrom('sweeps').select('id').where('name', '=', sweep.name).executeTakeFirst()
    if (taken !== undefined) return undefined
    // Another process took the view's name between the two statements: choose another one.
  }
}

/** The newest sweep that was made from a file of this name. */
export function newestSweepOfFile(db: Kysely<Schema>, fileName: string): Promise<SweepRow | undefined> {
  return db
    .selectFrom('sweeps')
    .selectAll()
    .where('file_name', '=', fileName)
    .orderBy('id', 'desc')
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
export async function freeSweepName(db: Kysely<Schema>, fileName: string): Promise<string> {
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
 * Cancels what waits, and tells a running coordinator to cancel the rest. Where there is none, `orphans` cancels the
 * trials that it left behind as well. Returns how many trials are cancelled now.
 */
export async function cancelSweep(
  db: Kysely<Schema>,
  sweepId: number,
  at: string,
  { orphans }: { orphans: boolean },
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
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
    return Number(numUpdatedRows)
  })
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
      ]),
    )
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function isCancelled(db: Kysely<Schema>, sweepId: number): Promise<boolean> {
  const row = await db.selectFrom('sweeps').select('cancelled_at').where('id', '=', sweepId).executeTakeFirst()
  return row?.cancelled_at !== null
}

/** Begins to run a sweep, again perhaps: then it is cancelled, or ended, no longer. @param settings as JSON */
export async function openSweep(db: Kysely<Schema>, sweepId: number, settings: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('sweeps')
      .set({ settings, cancelled_at: null, ended_because: null })
      .where('id', '=', sweepId)
      .returning(['name', 'definition', 'settings'])
      .executeTakeFirst()
    if (row !== undefined) await writeSweepMetrics(transaction, sweepId, readingRules(row))
  })
}

/** Has no further trial of a sweep begin, until somebody runs it again. What trains goes on, what waits stays. */
export async function endSweep(db: Kysely<Schema>, sweepId: number, reason: string, at: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('sweeps')
    .set({ ended_because: reason })
    .where('id', '=', sweepId)
    .where('ended_because', 'is', null)
    .executeTakeFirstOrThrow()
  // Of several that find it at once one says so.
  if (numUpdatedRows > 0n) await recordEvent(db, sweepId, 'ended', at, reason)
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
    return trials.map(({ id }) => id)
  })
}
