import { sql, type Kysely } from 'kysely'

import type { ProgramVersion } from '../programs/version.ts'
import { recordEvent } from './events.ts'
import type { Schema } from './schema.ts'

/** Keeps a version of a program, if it is not there yet. */
export async function keepProgram(db: Kysely<Schema>, { sha256, files }: ProgramVersion, at: string): Promise<void> {
  await db
    .insertInto('programs')
    .values({ sha256, files, created_at: at })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute()
}

export async function keptProgram(db: Kysely<Schema>, sha256: string | null): Promise<ProgramVersion | undefined> {
  if (sha256 === null) return undefined
  return db.selectFrom('programs').select(['sha256', 'files']).where('sha256', '=', sha256).executeTakeFirst()
}

/** Has a sweep's further attempts run this version. @param detail what changed, for people */
export async function acceptProgram(
  db: Kysely<Schema>,
  sweepId: number,
  { version, at, detail }: { readonly version: ProgramVersion; readonly at: string; readonly detail?: string },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await keepProgram(transaction, version, at)
    await transaction.updateTable('sweeps').set({ program_sha256: version.sha256 }).where('id', '=', sweepId).execute()
    if (detail !== undefined) await recordEvent(transaction, sweepId, 'program accepted', at, detail)
  })
}

/** The versions of its program that a sweep's results come from, the first one first. */
export function programVersionsOf(db: Kysely<Schema>, sweepId: number) {
  return db
    .selectFrom('program_versions')
    .select(['program_sha256', 'trials', 'attempts', 'first_trial', 'last_trial', 'first_started_at'])
    .where('sweep_id', '=', sweepId)
    .orderBy('first_started_at')
    .execute()
}

/** The ids of the trials whose results come from a version, as the view `program_versions` counts them, in order. */
export async function trialsOfProgram(db: Kysely<Schema>, sweepId: number, sha256: string): Promise<number[]> {
  const rows = await db
    .selectFrom('attempts as a')
    .innerJoin('trials as t', 't.id', 'a.trial_id')
    .select('a.trial_id')
    .distinct()
    .where('t.sweep_id', '=', sweepId)
    .where('a.program_sha256', '=', sha256)
    .where((attempt) =>
      attempt.not(
        attempt.exists(
          attempt
            .selectFrom('attempts as later')
            .select('later.trial_id')
            .whereRef('later.trial_id', '=', 'a.trial_id')
            .whereRef('later.attempt', '>', 'a.attempt')
            .where('later.resumed_epoch', '=', 0),
        ),
      ),
    )
    .orderBy('a.trial_id')
    .execute()
  return rows.map((row) => row.trial_id)
}

/** Removes versions that no sweep and no attempt names any more. */
export async function dropUnusedPrograms(db: Kysely<Schema>): Promise<void> {
  await sql`
    delete from programs
    where not exists (select 1 from sweeps where sweeps.program_sha256 = programs.sha256)
      and not exists (select 1 from attempts where attempts.program_sha256 = programs.sha256)`.execute(db)
}
