import type { Kysely } from 'kysely'

import { messageOf } from '../errors.ts'
import { readingRules } from '../sweep/stored.ts'
import type { Schema, SweepRow } from './schema.ts'
import { metricNamesOf } from './sweep-metrics.ts'
import { createSweepViews, sweepColumns } from './sweep-view.ts'
import { readableParameters } from './trial-parameters.ts'

type StoredSweep = Pick<SweepRow, 'id' | 'name' | 'view_name' | 'definition' | 'settings'>

/**
 * Creates the views of all sweeps anew, in the transaction of the caller. A sweep whose row is damaged stays without views:
 * all others can be used.
 */
export async function createViewsOfSweeps(db: Kysely<Schema>): Promise<void> {
  const sweeps = await db
    .selectFrom('sweeps')
    .select(['id', 'name', 'view_name', 'definition', 'settings'])
    .orderBy('id')
    .execute()
  for (const sweep of sweeps.filter(isReadable)) await createViewsOfSweep(db, sweep)
}

/** Creates the views of one sweep anew, in the transaction of the caller, by what its trials have. */
export async function createViewsOfSweep(db: Kysely<Schema>, sweep: StoredSweep): Promise<void> {
  const trials = await db.selectFrom('trials').select('params').where('sweep_id', '=', sweep.id).execute()
  const parameters = new Set(trials.flatMap(({ params }) => Object.keys(readableParameters({ params }))))
  await createSweepViews(db, sweep, [...parameters].sort(), await metricNamesOf(db, sweep.id))
}

/** Whether the definition and the settings of a sweep tell how to read its results; a note on stderr names one that do not. */
export function isReadable(sweep: Pick<SweepRow, 'name' | 'definition' | 'settings'>): boolean {
  try {
    readingRules(sweep)
    sweepColumns(sweep, { parameters: [], metrics: [], longest: Infinity })
    return true
  } catch (error) {
    process.stderr.write(`${sweep.name} is damaged and has no views, or old ones: ${messageOf(error)}\n`)
    return false
  }
}
