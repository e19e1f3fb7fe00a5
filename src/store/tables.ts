import { sql, type Kysely } from 'kysely'

import { isSqlite, lockTables } from '../../db/dialect.ts'
import type { Schema } from './schema.ts'

/** The tables that migrations make in every store. */
const tables = [
  ...['sweeps', 'trials', 'attempts', 'metrics', 'superseded_metrics', 'reported_epochs', 'report_notices'],
  ...['final_metrics', 'sweep_metrics', 'rungs', 'artifacts', 'events'],
  ...['coordinators', 'registered_hosts', 'programs', 'prior_trials'],
]
const tablesOfSqlite = ['state_counts']
const tablesOfPostgres = ['artifact_parts', 'artifact_place', ...lockTables]

/** Returns the tables that a store with all migrations lacks. */
export async function missingTables(db: Kysely<Schema>): Promise<string[]> {
  const present = isSqlite(db)
    ? sql<{ name: string }>`select name from sqlite_schema where type = 'table'`
    : sql<{ name: string }>`
        select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'`
  const { rows } = await present.execute(db)
  const names = new Set(rows.map(({ name }) => name))
  return [...tables, ...(isSqlite(db) ? tablesOfSqlite : tablesOfPostgres)].filter((name) => !names.has(name))
}

/** Returns true if tables of these names are a store's: other programs have tables of some of the names, too. */
export function areOfAStore(names: readonly string[]): boolean {
  return ['trials', 'superseded_metrics', 'sweep_metrics'].some((name) => names.includes(name))
}
