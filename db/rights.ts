import { sql, type QueryExecutorProvider } from 'kysely'

import { isSqlite } from './dialect.ts'
import { queueSchema, roleNames } from './role-names.ts'

/** What a worker may do with a table besides reading it; nothing with those of an owner. */
const ofWorker: Readonly<Record<string, string>> = {
  ...{ attempts: 'insert, update', registered_hosts: 'insert, update', sweep_metrics: 'insert, update' },
  ...{ events: 'insert', superseded_metrics: 'insert', report_notices: 'insert' },
  // A role that may change a table may lock it; a reader may not.
  ...{ lock_store: 'update', lock_queue: 'update' },
  ...{ lock_sweeps: '', lock_definitions: '', kysely_migration: '', kysely_migration_lock: '' },
  ...{ programs: '', prior_trials: '', artifact_place: '' },
}
const ofTrialData = 'insert, update, delete'

/** What a trial is, and with that its results: no worker changes it. */
const identityOfTrial = ['id', 'sweep_id', 'number', 'params', 'repeat', 'seed', 'parent_id']
const changedOfSweep = ['looked_after_at', 'ended_because']

/**
 * Grants the roles of a store their rights on its tables and views, and takes all others from them. Views are for reading
 * alone: one may be updated, with the rights of its owner. Does nothing where the store has no roles.
 */
export async function grantRights(db: QueryExecutorProvider): Promise<void> {
  if (isSqlite(db)) return
  const { rows } = await sql<{ schema: string; roles: number }>`
    select current_schema() as schema, (select count(*)::integer from pg_roles
      where rolname in (current_schema() || '_worker', current_schema() || '_reader')) as roles`.execute(db)
  const [{ schema, roles } = { schema: '', roles: 0 }] = rows
  if (roles < 2) return
  const names = roleNames(schema)
  const [worker, reader] = [sql.id(names.worker), sql.id(names.reader)]
  const run = async (statement: ReturnType<typeof sql>) => statement.execute(db)
  for (const each of await presentSchemas(db, [schema, queueSchema(schema)])) {
    const all = sql`all tables in schema ${sql.id(each)}`
    await run(sql`revoke all on schema ${sql.id(each)} from public`)
    await run(sql`grant usage on schema ${sql.id(each)} to ${worker}, ${reader}`)
    await run(sql`revoke all on ${all} from public, ${worker}, ${reader}`)
    await run(sql`grant select on ${all} to ${worker}, ${reader}`)
    await run(sql`grant usage on all sequences in schema ${sql.id(each)} to ${worker}`)
    // Views of sweeps, which are made anew again and again; other rights come with a migration.
    const later = sql`alter default privileges in schema ${sql.id(each)}`
    await run(sql`${later} grant select on tables to ${worker}, ${reader}`)
    await run(sql`${later} revoke insert, update, delete on tables from ${worker}`)
    await run(sql`${later} grant usage on sequences to ${worker}`)
    for (const table of await tablesOf(db, each)) {
      const rights = each !== schema ? ofTrialData : (ofWorker[table] ?? ofTrialData)
      if (rights === '' || (each === schema && ['trials', 'sweeps'].includes(table))) continue
      await run(sql`grant ${sql.raw(rights)} on ${sql.id(each, table)} to ${worker}`)
    }
  }
  const outcome = (await columnsOf(db, 'trials')).filter((name) => !identityOfTrial.includes(name))
  await run(sql`grant update (${sql.join(outcome.map((name) => sql.id(name)))}) on trials to ${worker}`)
  await run(sql`grant update (${sql.join(changedOfSweep.map((name) => sql.id(name)))}) on sweeps to ${worker}`)
}

async function presentSchemas(db: QueryExecutorProvider, names: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname in (${sql.join(names)})`.execute(db)
  return rows.map(({ name }) => name)
}

async function tablesOf(db: QueryExecutorProvider, schema: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = ${schema}::regnamespace and relkind in ('r', 'p')`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

async function columnsOf(db: QueryExecutorProvider, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`.execute(db)
  return rows.map(({ name }) => name)
}
