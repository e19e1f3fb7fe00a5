import type { Kysely } from 'kysely'

import { SwathError } from '../errors.ts'
import { storedSettings } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import type { Schema, SweepRow } from './schema.ts'
import { metricNamesOf } from './sweep-metrics.ts'
import { createSweepViews } from './sweep-view.ts'
import { readableParameters } from './trial-parameters.ts'

/**
 * Creates the views of sweeps anew, in the transaction of the caller, by what their trials have. A sweep whose definition
 * cannot be read stays without views: all others can be used.
 */
export async function createViewsOfSweeps(
  db: Kysely<Schema>,
  isWanted: (viewName: string) => boolean = () => true,
): Promise<void> {
  const sweeps = await db
    .selectFrom('sweeps')
    .select(['id', 'name', 'view_name', 'definition', 'settings'])
    .orderBy('id')
    .execute()
  for (const sweep of sweeps.filter(({ view_name }) => isWanted(view_name))) {
    if (!isReadable(sweep)) continue
    const trials = await db.selectFrom('trials').select('params').where('sweep_id', '=', sweep.id).execute()
    const parameters = new Set(trials.flatMap(({ params }) => Object.keys(readableParameters({ params }))))
    await createSweepViews(db, sweep, [...parameters].sort(), await metricNamesOf(db, sweep.id))
  }
}

function isReadable(sweep: Pick<SweepRow, 'name' | 'definition' | 'settings'>): boolean {
  try {
    storedDefinition(sweep)
    storedSettings(sweep)
    return true
  } catch (error) {
    if (!(error instanceof SwathError)) throw error
    process.stderr.write(`${sweep.name} has no view: ${error.message}\n`)
    return false
  }
}
