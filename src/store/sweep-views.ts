import type { Kysely } from 'kysely'

import type { Schema } from './schema.ts'
import { metricNamesOf } from './sweep-metrics.ts'
import { createSweepViews } from './sweep-view.ts'
import { readableParameters } from './trial-parameters.ts'

/** Creates the views of sweeps anew, in the transaction of the caller, by what their trials have. */
export async function createViewsOfSweeps(
  db: Kysely<Schema>,
  isWanted: (viewName: string) => boolean = () => true,
): Promise<void> {
  const sweeps = await db.selectFrom('sweeps').select(['id', 'view_name']).orderBy('id').execute()
  for (const sweep of sweeps.filter(({ view_name }) => isWanted(view_name))) {
    const trials = await db.selectFrom('trials').select('params').where('sweep_id', '=', sweep.id).execute()
    const parameters = new Set(trials.flatMap(({ params }) => Object.keys(readableParameters({ params }))))
    await createSweepViews(db, sweep, [...parameters].sort(), await metricNamesOf(db, sweep.id))
  }
}
