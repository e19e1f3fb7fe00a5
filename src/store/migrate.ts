import { Migrator, sql, type Kysely, type Migration } from 'kysely'

import { beginMigration, isCreatedMeanwhile } from '../../db/dialect.ts'
import * as initial from '../../db/migrations/0001-initial.ts'
import * as artifacts from '../../db/migrations/0002-artifacts.ts'
import * as trialLife from '../../db/migrations/0003-trial-life.ts'
import * as finalMetrics from '../../db/migrations/0004-final-metrics.ts'
import * as parents from '../../db/migrations/0006-parents.ts'
import * as hosts from '../../db/migrations/0007-hosts.ts'
import * as stopping from '../../db/migrations/0008-stopping.ts'
import * as endings from '../../db/migrations/0009-endings.ts'
import * as programIdentity from '../../db/migrations/0010-identity.ts'
import * as runtime from '../../db/migrations/0011-runtime.ts'
import * as results from '../../db/migrations/0012-results.ts'
import * as values from '../../db/migrations/0013-values.ts'
import * as generations from '../../db/migrations/0014-generations.ts'
import * as viewNames from '../../db/migrations/0015-view-names.ts'
import * as pointViews from '../../db/migrations/0016-point-views.ts'
import * as locks from '../../db/migrations/0017-locks.ts'
import * as hostStates from '../../db/migrations/0019-host-states.ts'
import { grantRights } from '../../db/rights.ts'
import { messageOf, SwathError } from '../errors.ts'
import { anyLiveCoordinator } from './coordinators.ts'
import type { Schema } from './schema.ts'
import { areOfAStore, missingTables } from './tables.ts'
import { defineViews } from './views.ts'

export type Migrations = Readonly<Record<string, Migration>>

export const allMigrations: Migrations = {
  '0001-initial': initial,
  '0002-artifacts': artifacts,
  '0003-trial-life': trialLife,
  '0004-final-metrics': finalMetrics,
  '0006-parents': parents,
  '0007-hosts': hosts,
  '0008-stopping': stopping,
  '0009-endings': endings,
  '0010-identity': programIdentity,
  '0011-runtime': runtime,
  '0012-results': results,
  '0013-values': values,
  '0014-generations': generations,
  '0015-view-names': viewNames,
  '0016-point-views': pointViews,
  '0017-locks': locks,
  '0019-host-states': hostStates,
}

/** How a store's schema stands to the one of this swath. */
export interface SchemaState {
  readonly applied: readonly string[]
  readonly pending: readonly string[]
  /** From a newer swath. */
  readonly unknown: readonly string[]
}

/**
 * Brings the tables and views up to date, all or nothing. A store from a newer swath is refused and left as it is.
 * @param backUp copies the store as it is before the migration of this name; asked only where there is something to lose
 */
export async function migrate(
  db: Kysely<Schema>,
  location: string,
  backUp: (migration: string) => Promise<void>,
  migrations = allMigrations,
): Promise<void> {
  const { pending } = await acceptableSchema(db, location, migrations)
  if (pending.length === 0) return
  await migrateAlone(db, location, backUp, migrations).catch(async (error: unknown) => {
    if (!isCreatedMeanwhile(error)) throw error
    await migrateAlone(db, location, backUp, migrations)
  })
}

async function migrateAlone(
  db: Kysely<Schema>,
  location: string,
  backUp: (migration: string) => Promise<void>,
  migrations: Migrations,
): Promise<void> {
  // One connection from here on: Kysely's Migrator begins no transaction of its own in SQLite, so ours is around all of it.
  await db.connection().execute(async (connection) => {
    try {
      await beginMigration(connection)
      // Another process may have been quicker while this one waited for the lock.
      const { applied, pending: stillPending } = await acceptableSchema(connection, location, migrations)
      const [first] = stillPending
      if (first !== undefined) {
        if (applied.length > 0) await refuseRunningSweep(connection, location)
        if (applied.length > 0 && (await hasRows(connection))) await backUp(first)
        await applyAll(connection, migrations)
      }
      await sql`commit`.execute(connection)
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined)
      throw error
    }
  })
}

export async function schemaState(db: Kysely<Schema>, migrations = allMigrations): Promise<SchemaState> {
  return stateOf(await appliedMigrations(db, await tablesOf(db)), migrations)
}

function stateOf(applied: readonly string[], migrations: Migrations): SchemaState {
  return {
    applied,
    pending: Object.keys(migrations).filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !(name in migrations)),
  }
}

/** @throws SwathError('store') if the database is not swath's, of a newer swath, or lacks tables */
export async function acceptableSchema(
  db: Kysely<Schema>,
  location: string,
  migrations = allMigrations,
): Promise<SchemaState> {
  // Looked at once: another process may be making them.
  const tables = await tablesOf(db)
  const state = stateOf(await appliedMigrations(db, tables), migrations)
  if (state.unknown.length > 0) {
    const message = `${location} was written by a newer swath (its schema has ${state.unknown.join(', ')})`
    throw new SwathError('store', message, { hint: 'update swath, or name another store with --store' })
  }
  if (state.applied.length === 0) refuseForeignTables(tables, location)
  if (state.pending.length === 0 && migrations === allMigrations) await refuseMissingTables(db, location)
  return state
}

/** For a store that may only be read. */
export async function refuseOlderSchema(
  db: Kysely<Schema>,
  location: string,
  hint = 'copy it to where it may be written: there it is brought up to date',
): Promise<void> {
  const { pending } = await acceptableSchema(db, location)
  if (pending.length === 0) return
  const message = `${location} is of an older swath (it lacks ${pending.join(', ')}), and cannot be written here`
  throw new SwathError('store', message, { hint })
}

async function applyAll(db: Kysely<Schema>, migrations: Migrations): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations) }
  const { error } = await new Migrator({ db, provider, disableTransactions: true }).migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error(messageOf(error), { cause: error })
  await defineViews(db)
  await grantRights(db)
}

/** Their names, Kysely's own among them. */
async function tablesOf(db: Kysely<Schema>): Promise<string[]> {
  return (await db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name)
}

async function appliedMigrations(db: Kysely<Schema>, tables: readonly string[]): Promise<string[]> {
  if (!tables.includes('kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map((row) => row.name)
}

async function refuseMissingTables(db: Kysely<Schema>, location: string): Promise<void> {
  const missing = await missingTables(db)
  if (missing.length === 0) return
  const message = `${location} is half a store: it lacks ${missing.length === 1 ? 'the table' : 'the tables'} ${missing.join(', ')}`
  throw new SwathError('store', message, { hint: restore })
}

/** What nothing else in the store says cannot be worked out again. */
const restore = 'put a backup in its place, or name another store with --store'

/** The database of another program is not ours to add tables to. */
function refuseForeignTables(tables: readonly string[], location: string): void {
  if (areOfAStore(tables) && !tables.includes('kysely_migration')) {
    const message = `${location} is half a store: it has tables of swath's, but not kysely_migration, which says of which version they are`
    throw new SwathError('store', message, { hint: restore })
  }
  const foreign = tables.find((name) => !name.startsWith('kysely_migration'))
  if (foreign === undefined) return
  throw new SwathError('store', `${location} is a database, but not one of swath's (it has a table ${foreign})`, {
    hint: 'name another store with --store',
  })
}

/** An older swath that runs a sweep does not know what it would write to. */
async function refuseRunningSweep(db: Kysely<Schema>, location: string): Promise<void> {
  const runner = await anyLiveCoordinator(db, new Date())
  if (runner === undefined) return
  const message = `${location} is of an older swath, whose process ${runner.pid} on ${runner.host} runs a sweep on it`
  throw new SwathError('sweep-busy', message, { hint: 'wait for it or end it: then the store is brought up to date' })
}

async function hasRows(db: Kysely<Schema>): Promise<boolean> {
  return (await db.selectFrom('sweeps').select('id').limit(1).executeTakeFirst()) !== undefined
}
