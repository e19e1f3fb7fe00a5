import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { sql, type Kysely } from 'kysely'

import { presentTime, takeDefinitions } from '../../db/dialect.ts'
import { packageRoot } from '../package-root.ts'
import { pathFrom } from '../path-below.ts'
import type { Schema } from './schema.ts'
import { pointsViewName } from './points-view.ts'
import { createViewsOfSweep, isReadable } from './sweep-views.ts'

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

export function isOfAllStores(view: string): boolean {
  return views.includes(view)
}

/** Creates the views of all stores anew if one of them is missing, and nothing if only views of sweeps are. */
export async function defineMissingViews(db: Kysely<Schema>, missing: readonly string[]): Promise<void> {
  if (missing.some(isOfAllStores)) await replacing(db).execute(defineViews)
}

/**
 * Creates those of these views that belong to sweeps, in a transaction a sweep, and returns the names of those that it
 * created: a sweep whose row is damaged has none.
 */
export async function rebuildSweepViews(db: Kysely<Schema>, names: readonly string[]): Promise<string[]> {
  const rebuilt: string[] = []
  const sweeps = await db.selectFrom('sweeps').selectAll().orderBy('id').execute()
  for (const sweep of sweeps) {
    const own = [sweep.view_name, pointsViewName(sweep.view_name)]
    const wanted = own.filter((view) => names.includes(view))
    if (wanted.length === 0 || !isReadable(sweep)) continue
    await replacing(db).execute(async (transaction) => {
      await takeDefinitions(transaction)
      await createViewsOfSweep(transaction, sweep)
    })
    rebuilt.push(...wanted)
  }
  return rebuilt
}

/** A view that is being read is waited for; transactions that write go on meanwhile. */
function replacing(db: Kysely<Schema>) {
  return db.transaction().setIsolationLevel('read committed')
}
