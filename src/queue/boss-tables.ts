import { createRequire } from 'node:module'

import { PgBoss } from 'pg-boss'

import { firstOf } from '../report/enumerate.ts'
import { isMissing, type BossOptions } from './pg-boss.ts'
import type { QueueFlaw } from './shared-queue.ts'

/** The version of the tables that the installed pg-boss works with. */
const expectedVersion = (createRequire(import.meta.url)('pg-boss/package.json') as { pgboss: { schema: number } })
  .pgboss.schema

/** Compares the tables of a queue with those that the installed pg-boss expects; undefined where nothing is wrong. */
export async function flawOfTables({ pool, run, schema }: BossOptions): Promise<QueueFlaw | undefined> {
  if (await isMissing(pool, schema)) return { kind: 'missing', detail: `there is no schema ${schema}` }
  const executeSql = async (text: string, values?: unknown[]) => ({ rows: (await run(text, values))?.rows ?? [] })
  const boss = new PgBoss({ db: { executeSql }, schema })
  if (await boss.isInstalled()) {
    const version = await boss.schemaVersion()
    const detail = `the schema ${schema} is of version ${version ?? 'none'} of pg-boss's, and this swath uses ${expectedVersion}`
    if (version !== null && version > expectedVersion) return { kind: 'newer', detail }
    if (version !== expectedVersion) return { kind: 'older', detail }
  }
  // It is read to find out which tables there should be.
  const found = await pool.query<{ missing: boolean }>('select to_regclass($1) is null as missing', [`${schema}.queue`])
  if (found.rows[0]?.missing === true) {
    return { kind: 'incomplete', detail: `the schema ${schema} lacks the table queue, if not more` }
  }
  const { missingTables, missingFunctions, missing, columnDrift } = await boss.detectSchemaDrift()
  const lacks = [
    ...missingTables.map((table) => `the table ${table}`),
    ...missingFunctions.map(({ name }) => `the function ${name}`),
    // Those of a table that is gone are gone with it.
    ...missing.flatMap(({ name, table }) => (missingTables.includes(table) ? [] : [`the index ${name} of ${table}`])),
    ...columnDrift.flatMap(({ table, missingColumns }) =>
      missingTables.includes(table) ? [] : missingColumns.map((column) => `the column ${table}.${column}`),
    ),
  ]
  if (lacks.length === 0) return undefined
  return { kind: 'incomplete', detail: `the schema ${schema} lacks ${firstOf(lacks)}` }
}

/** Drops all that pg-boss has made. The schema stays: not every owner of one may create another. */
export async function dropTables({ run, storeSchema, schema }: BossOptions): Promise<void> {
  await run(
    `begin;
    lock table ${storeSchema}.lock_definitions in exclusive mode;
    do $$
    declare
      queue regnamespace := to_regnamespace('${schema}');
      statements text[] := array(
        select format('drop %s if exists %s cascade', case relkind when 'v' then 'view' else 'table' end, oid::regclass)
          from pg_class where relnamespace = queue and relkind in ('r', 'p', 'v')
        union all select format('drop routine if exists %s cascade', oid::regprocedure)
          from pg_proc where pronamespace = queue
        union all select format('drop type if exists %s cascade', oid::regtype)
          from pg_type where typnamespace = queue and typtype = 'e');
      statement text;
    begin
      foreach statement in array statements loop execute statement; end loop;
    end $$;
    commit`,
    undefined,
  )
}
