import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { Migrator, sql, type Kysely, type Migration } from 'kysely'

import * as initial from '../../db/migrations/0001-initial.ts'
import * as artifacts from '../../db/migrations/0002-artifacts.ts'
import * as trialLife from '../../db/migrations/0003-trial-life.ts'
import * as finalMetrics from '../../db/migrations/0004-final-metrics.ts'
import { SwathError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import type { Schema } from './schema.ts'

const migrations: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-artifacts': artifacts,
  '0003-trial-life': trialLife,
  '0004-final-metrics': finalMetrics,
}

/** In the order in which they build on one another. */
const views = ['trial_metrics', 'results', 'pareto_front', 'progress']

/** Brings the tables and views up to date; a store from a newer swath is refused and left as it is. */
export async function migrate(db: Kysely<Schema>, location: string): Promise<void> {
  const applied = await appliedMigrations(db)
  const unknown = applied.filter((name) => !(name in migrations))
  if (unknown.length > 0) {
    throw new SwathError('store', `${location} was written by a newer swath (its schema has ${unknown.join(', ')})`, {
      hint: 'update swath, or name another store with --store',
    })
  }
  if (applied.length === Object.keys(migrations).length) return
  if (applied.length === 0) await refuseForeignTables(db, location)

  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error('migration failed', { cause: error })
  await defineViews(db)
}

async function appliedMigrations(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map((row) => row.name)
}

/** Somebody else's database is not ours to add tables to. */
async function refuseForeignTables(db: Kysely<Schema>, location: string): Promise<void> {
  const [foreign] = await db.introspection.getTables()
  if (foreign === undefined) return
  throw new SwathError('store', `${location} is a database, but not one of swath's (it has a table ${foreign.name})`, {
    hint: 'name another file with --store sqlite:<file>',
  })
}

async function defineViews(db: Kysely<Schema>): Promise<void> {
  const folder = join(packageRoot, 'db', 'views')
  const missing = readdirSync(folder).filter((file) => !views.includes(basename(file, '.sql')))
  if (missing.length > 0) throw new Error(`db/views holds ${missing.join(', ')}, which no one creates`)
  await db.transaction().execute(async (transaction) => {
    for (const view of views.toReversed()) await transaction.schema.dropView(view).ifExists().execute()
    for (const view of views) {
      const select = readFileSync(join(folder, `${view}.sql`), 'utf8')
      await transaction.schema
        .createView(view)
        .as(sql.raw(select) as never)
        .execute()
    }
  })
}
