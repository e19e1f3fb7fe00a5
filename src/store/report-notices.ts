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

/** How many notices of each kind a sweep has. */
export async function noticesByKind(db: Kysely<Schema>, sweepId: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('report_notices')
    .select(['kind', (all) => all.fn.countAll().as('notices')])
    .where('sweep_id', '=', sweepId)
    .groupBy('kind')
    .execute()
  return new Map(rows.map(({ kind, notices }) => [kind, Number(notices)]))
}
