import type { Kysely, Transaction } from 'kysely'

import type { ChangeOf } from './change.ts'
import type { Schema } from './schema.ts'

/** Records notices, each once a sweep. Returns those that were recorded before. */
export async function recordNotices(
  db: Transaction<Schema>,
  changes: readonly ChangeOf<'notice'>[],
): Promise<ChangeOf<'notice'>[]> {
  const known: ChangeOf<'notice'>[] = []
  for (const change of changes) {
    const { sweepId, trialId, notice, at } = change
    const row = await db
      .insertInto('report_notices')
      .values({ sweep_id: sweepId, trial_id: trialId, ...notice, at })
      .onConflict((conflict) => conflict.columns(['sweep_id', 'kind', 'name']).doNothing())
      .returning('name')
      .executeTakeFirst()
    if (row === undefined) known.push(change)
  }
  return known
}

/** Returns what is recorded for a sweep: not more than some names of each kind. */
export async function noticesOf(
  db: Kysely<Schema>,
  sweepId: number,
): Promise<Pick<Schema['report_notices'], 'kind' | 'name'>[]> {
  return db.selectFrom('report_notices').select(['kind', 'name']).where('sweep_id', '=', sweepId).execute()
}
