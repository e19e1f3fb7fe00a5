import type { Transaction } from 'kysely'

import type { Schema } from './schema.ts'

/** A database enforces its references; these are for rows that came into it past that, or out of a damaged one. */
const ofTrials = ['attempts', 'metrics', 'superseded_metrics', 'artifacts'] as const

/** Removes rows that name a sweep or a trial that is not there; returns how many. */
export async function removeDanglingRows(db: Transaction<Schema>): Promise<number> {
  const sweepIds = db.selectFrom('sweeps').select('id')
  const trialIds = db.selectFrom('trials').select('id')
  const deleted = [
    await db.deleteFrom('trials').where('sweep_id', 'not in', sweepIds).executeTakeFirstOrThrow(),
    await db.deleteFrom('coordinators').where('sweep_id', 'not in', sweepIds).executeTakeFirstOrThrow(),
    await db.deleteFrom('events').where('sweep_id', 'not in', sweepIds).executeTakeFirstOrThrow(),
    await db.deleteFrom('events').where('trial_id', 'not in', trialIds).executeTakeFirstOrThrow(),
  ]
  for (const table of ofTrials) {
    deleted.push(await db.deleteFrom(table).where('trial_id', 'not in', trialIds).executeTakeFirstOrThrow())
  }
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ parent_id: null })
    .where('parent_id', 'not in', trialIds)
    .executeTakeFirstOrThrow()
  return Number(deleted.reduce((sum, { numDeletedRows }) => sum + numDeletedRows, numUpdatedRows))
}
