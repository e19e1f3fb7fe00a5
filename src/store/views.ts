import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { sql, type Kysely } from 'kysely'

import { presentTime, takeDefinitions } from '../../db/dialect.ts'
import { packageRoot } from '../package-root.ts'
import { pathFrom } from '../path-below.ts'
import type { Schema } from './schema.ts'
import { pointsViewName } from './points-view.ts'
import { createViewsOfSweeps } from './sweep-views.ts'

/** In the order in which they build on one another. */
const views = [
  ...['trial_metrics', 'trial_values', 'sweep_axes', 'trial_results', 'results', 'single_points', 'repeated_points'],
  ...['points', 'point_metrics', 'pareto_front', 'progress', 'program_versions', 'hosts'],
]

/** Makes the views that every store has, or makes them anew. */
export async function defineViews(db: Kysely<Schema>): Promise<void> {
  const folder = join(packageRoot, 'db', 'views')
  const missing = readdirSync(folder).filter((file) => !views.includes(basename(file, '.sql')))
  if (missing.length > 0) throw new Error(`db/views holds ${missing.join(', ')}, which no one creates`)
  await takeDefinitions(db)
  for (const view of views.toReversed()) await db.schema.dropView(view).ifExists().execute()
  for (const view of views) {
    const select = readFileSync(pathFrom(folder, `${view}.sql`), 'utf8').replaceAll('{now}', presentTime(db))
    await db.schema
      .createView(view)
      .as(sql.raw(select) as never)
      .execute()
  }
}

/** Views that are not there: of every store, and of each sweep. */
export async function missingViews(db: Kysely<Schema>): Promise<string[]> {
  const sweeps = await db.selectFrom('sweeps').select('view_name').execute()
  // A sweep's view is made just after the sweep: who looks for it later finds it.
  const known = new Set((await db.introspection.getTables()).filter(({ isView }) => isView).map(({ name }) => name))
  const own = sweeps.flatMap(({ view_name }) => [view_name, pointsViewName(view_name)])
  return [...views, ...own].filter((name) => !known.has(name))
}

/** Makes those of these views that belong to sweeps. */
export async function rebuildSweepViews(db: Kysely<Schema>, names: readonly string[]): Promise<void> {
  // A view that is being read is waited for: meanwhile other transactions go on.
  const transaction = db.transaction().setIsolationLevel('read committed')
  await transaction.execute(async (transaction) => {
    await takeDefinitions(transaction)
    await createViewsOfSweeps(transaction, (view) => names.includes(view) || names.includes(pointsViewName(view)))
  })
}
