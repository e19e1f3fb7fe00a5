import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { applyChanges } from '../../../src/store/changes.ts'
import { reconcileQueue } from '../../../src/store/reconcile-queue.ts'
import { openStore } from '../../../src/store/open.ts'
import { harmless } from '../../../src/store/postgres/side-effects.ts'
import { defineSweepView } from '../../../src/store/sweep-view.ts'
import { deleteSweep } from '../../../src/store/sweeps.ts'
import { trialsOf } from '../../../src/store/trials.ts'
import { end, report, start } from '../change-of.ts'
import { plannedSweep, postgresLocation } from '../temporary-store.ts'

async function session(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** All volatile functions that a user may call, with one call of each. */
async function volatileFunctions(client: pg.Client): Promise<{ readonly name: string; readonly call: string }[]> {
  const { rows } = await client.query<{ name: string; call: string }>(`
    select distinct on (p.proname) p.proname::text as name,
      format('%I.%I(%s)', n.nspname, p.proname, (
        select string_agg(format('null::%s', case when t.typtype = 'p' then 'text' else format_type(t.oid, null) end), ', ')
        from unnest(p.proargtypes) a (type) join pg_type t on t.oid = a.type)) as call
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.provolatile = 'v' and p.prokind = 'f' and has_function_privilege(p.oid, 'execute')
      and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
      and not p.proargtypes::oid[] && array['internal'::regtype::oid]
    order by p.proname`)
  return rows
}

test('of all functions that may have an effect a question calls none', async () => {
  const location = postgresLocation()
  const store = await openStore(location, 'write')
  onTestFinished(() => store.close())
  const client = await session(inject('postgres').url)
  const functions = await volatileFunctions(client)
  const names = functions.map(({ name }) => name)
  // Some of those that a server is attacked with.
  expect(names).toEqual(
    expect.arrayContaining([
      ...['setval', 'nextval', 'set_config', 'lo_create', 'lo_unlink', 'lowrite', 'pg_notify', 'pg_advisory_lock'],
      ...[
        'pg_try_advisory_xact_lock',
        'pg_terminate_backend',
        'pg_cancel_backend',
        'query_to_xml',
        'pg_export_snapshot',
      ],
      ...['pg_logical_emit_message', 'pg_sleep', 'ts_stat', 'ts_rewrite', 'setseed'],
    ]),
  )
  const allowed: string[] = []
  for (const { name, call } of functions) {
    // Whatever the server makes of its arguments: what counts is whether it hears of the call.
    const answer = await store.query(`select ${call}`, { limit: 1 }).catch((error: unknown) => String(error))
    if (typeof answer === 'string' && answer.includes(`${name} is not called here`)) continue
    allowed.push(name)
  }
  expect(allowed.filter((name) => !harmless.includes(name))).toEqual([])
  // Without parentheses any function can be called that needs one value.
  const { rows } = await client.query<{ name: string }>(`
    select distinct proname::text as name from pg_proc
    where provolatile = 'v' and pronargs >= 1 and pronargs - pronargdefaults <= 1`)
  expect(rows.length).toBeGreaterThan(100)
  for (const { name } of rows.filter(({ name }) => !harmless.includes(name))) {
    for (const call of [`(t)./* /* */ */${name} from trials t`, `(null::bigint).${name}`, `('x')."${name}"`])
      await expect(store.query(`select ${call}`)).rejects.toThrow(`${name} is not called here`)
  }
})

test('a question takes no lock and leaves no role, however a call is put together', async () => {
  const store = await openStore(postgresLocation(), 'write')
  onTestFinished(() => store.close())
  const client = await session(inject('postgres').url)
  await expect(store.query('select (42::bigint).pg_advisory_lock')).rejects.toThrow('is not called here')
  const assembled = `select x from (select ('select to_tsvector(set_con' || 'fig(''role'',''none'',true))').ts_stat::text as x) a`
  await expect(store.query(assembled)).rejects.toThrow('ts_stat is not called here')
  const { rows } = await client.query("select count(*)::int as locks from pg_locks where locktype = 'advisory'")
  expect(rows).toEqual([{ locks: 0 }])
})

test('a store opens while a reader holds a view that lacks a metric, and the next opening mends the view', async () => {
  const location = postgresLocation()
  const schema = new URL(location).searchParams.get('schema') ?? ''
  const store = await openStore(location, 'write')
  const sweep = await plannedSweep(store, 1)
  await defineSweepView(store.db, sweep, ['depth'], [])
  const [trial] = await trialsOf(store.db, sweep.id)
  await applyChanges(store.db, [start(trial?.id ?? 0), report(trial?.id ?? 0, { epoch: 1, loss: 1 })])
  await store.close()
  const reader = await session(inject('postgres').url)
  await reader.query(`begin; select 1 from ${schema}.sweep_grid limit 1`)
  const columns = async () => {
    const opened = await openStore(location, 'write')
    return (await opened.query('select * from sweep_grid')).columns.concat(await opened.close().then(() => []))
  }
  expect(await columns()).not.toContain('loss')
  await reader.query('rollback')
  expect(await columns()).toContain('loss')
})

test('a session of another user holds up no writer, whatever it locks', async () => {
  const location = postgresLocation()
  const schema = new URL(location).searchParams.get('schema') ?? ''
  const other = await session(inject('postgres').url)
  // The names that locks have, and had.
  for (const name of [
    `swath ${schema}`,
    `swath views ${schema}`,
    `swath sweeps ${schema}`,
    `swath queue ${schema}_queue`,
  ])
    await other.query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
  for (const key of ['', 'create-queue', 'delete-queue', 'jobfailJobsByTimeout', 'job_commonfailJobsByTimeout'])
    await other.query(
      `select pg_advisory_lock(('x' || encode(sha224((current_database() || '.pgboss.' || $1)::bytea), 'hex'))::bit(64)::bigint)`,
      [`${schema}_queue${key}`],
    )
  const store = await openStore(location, 'write')
  onTestFinished(() => store.close())
  const sweep = await plannedSweep(store, 2)
  const shared = await store.openQueue?.()
  const queue = await shared?.of(sweep.id)
  if (shared === undefined || queue === undefined) throw new Error('a store on a server has a queue')
  // As a reader may: by reading all tables and not ending.
  await other.query('begin')
  const { rows: tables } = await other.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ($1, $2)",
    [schema, `${schema}_queue`],
  )
  for (const { name } of tables) await other.query(`lock table ${name} in access share mode`)
  await reconcileQueue(store.db, queue, sweep.id)
  for (const { id } of await trialsOf(store.db, sweep.id)) {
    await applyChanges(store.db, [start(id), report(id, { epoch: 1, loss: 1 }), end(id, 'completed')])
  }
  await shared.drop(sweep.id)
  await shared.close()
  await deleteSweep(store.db, sweep, new Date())
  expect((await store.query('select count(*) as n from trials')).rows).toEqual([{ n: 0 }])
  await other.query('rollback')
})
