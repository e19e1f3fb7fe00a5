import { sql, type Kysely } from 'kysely'

import { readingRules } from '../sweep/stored.ts'
import type { DeclaredMetrics } from '../metrics/catalogue.ts'
import type { Schema } from './schema.ts'
import { isReadable } from './sweep-views.ts'
import { addKnownMetrics, forgetKnownMetrics, writeDeclaredMetrics } from './sweep-metrics.ts'
import { writeViolations } from './violations.ts'

/**
 * Writes how a sweep's metrics are read, in the transaction that creates it or changes its settings. Where that changes
 * values, violations of constraints are evaluated again.
 */
export async function writeSweepMetrics(db: Kysely<Schema>, sweepId: number, declared: DeclaredMetrics): Promise<void> {
  if (await writeDeclaredMetrics(db, sweepId, declared)) await recountViolations(db, sweepId)
}

/** Works out anew what follows from trials: which metrics there are, how they are read, which constraints are violated. */
export async function recountSweeps(db: Kysely<Schema>): Promise<void> {
  forgetKnownMetrics(db)
  const sweeps = await db.selectFrom('sweeps').select(['id', 'name', 'definition', 'settings']).orderBy('id').execute()
  for (const sweep of sweeps.filter(isReadable)) {
    await writeDeclaredMetrics(db, sweep.id, readingRules(sweep))
    const { rows: reported } = await sql<{ name: string }>`
      select distinct m.name from trials t join final_metrics m on m.trial_id = t.id where t.sweep_id = ${sweep.id}`.execute(
      db,
    )
    await addKnownMetrics(
      db,
      sweep.id,
      'reported',
      reported.map(({ name }) => name),
    )
    for (const name of ['flops', 'parameter_count'] as const) {
      const counted = await db
        .selectFrom('trials')
        .select('id')
        .where('sweep_id', '=', sweep.id)
        .where(name, 'is not', null)
        .limit(1)
        .executeTakeFirst()
      if (counted !== undefined) await addKnownMetrics(db, sweep.id, 'counted', [name])
    }
    await recountViolations(db, sweep.id)
  }
}

async function recountViolations(db: Kysely<Schema>, sweepId: number): Promise<void> {
  const trials = await db
    .selectFrom('trials')
    .select('id')
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'completed')
    .execute()
  await writeViolations(
    db,
    sweepId,
    trials.map(({ id }) => id),
  )
}
