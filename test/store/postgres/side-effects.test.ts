import { randomUUID } from 'node:crypto'

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

/** A store, its schema, and a session of its own on the server. */
async function openedStore() {
  const location = postgresLocation()
  const schema = new URL(location).searchParams.get('schema') ?? ''
  const store = await openStore(location, 'write')
  onTestFinished(() => store.close())
  const client = await session(inject('postgres').url)
  return { schema, store, client }
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

test('functions with effects are not called as attributes either', async () => {
  const store = await openStore(postgresLocation(), 'write')
  onTestFinished(() => store.close())
  const client = await session(inject('postgres').url)
  const { rows } = await client.query<{ name: string; type: string }>(`
    select distinct on (proname) proname::text as name,
      case typtype when 'p' then 'text' else format_type(t.oid, null) end as type
    from pg_proc p join pg_type t on t.oid = proargtypes[0]
    where provolatile = 'v' and prokind = 'f' and pronargs - pronargdefaults <= 1
      and not proargtypes::oid[] && array['internal'::regtype::oid]`)
  const functions = rows.filter(({ name }) => !harmless.includes(name))
  expect(functions.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['pg_advisory_lock', 'pg_terminate_backend', 'ts_stat', 'lo_unlink', 'pg_read_file']),
  )
  const allowed: string[] = []
  for (const { name, type } of functions) {
    const question = `select (null::${type}).${name} from trials`
    const answer = await store.query(question, { limit: 1 }).catch((error: unknown) => String(error))
    if (typeof answer !== 'string' || !answer.includes(`${name} is not called here`)) allowed.push(name)
  }
  expect(allowed).toEqual([])
})

test.each([
  'select (42::bigint).pg_advisory_lock',
  'select (42::bigint) . /* of /* two */ levels */ "pg_advisory_lock"',
  'select (42::bigint).-- (\n PG_Advisory_Lock',
  `select '."', (42::bigint)."pg_advisory_lock"`,
  `select ('select to_tsvector(''x'') where pg_advis' || 'ory_lock(42) is not null').ts_stat`,
  `select ('select to_tsvector(set_con' || 'fig(''role'', ''none'', true))').ts_stat`,
  'select (pid).pg_terminate_backend from pg_stat_activity',
  `select * from ts_stat('select to_tsvector(''x'')')`,
  `select query_to_xml('select 1', true, true, '')`,
])('%j is refused, also to a superuser', async (statement) => {
  const schema = `test_superuser_${randomUUID().replaceAll('-', '')}`
  const client = await session(inject('postgres').superuserUrl)
  const store = await openStore(`${inject('postgres').superuserUrl}?schema=${schema}`, 'write')
  onTestFinished(async () => {
    await store.close()
    await client.query(`drop schema ${schema} cascade; drop schema if exists ${schema}_queue cascade`)
  })
  expect(store.isSuperuser).toBe(true)
  await expect(store.query(statement)).rejects.toThrow('is not called here')
  const { rows } = await client.query("select from pg_locks where locktype = 'advisory' and objid = 42")
  expect(rows).toEqual([])
})

test('what has effects under other names is refused as well', async () => {
  const { schema, store, client } = await openedStore()
  await client.query(`
    set search_path to ${schema};
    create function locks(a bigint, b bigint) returns bigint language plpgsql volatile as 'begin return a; end';
    create operator <~~> (leftarg = bigint, rightarg = bigint, function = locks);
    create aggregate lock_each(bigint) (sfunc = locks, stype = bigint);
    create type parcel as (key bigint);
    create function unpack(parcel) returns bigint language sql volatile as 'select 42::bigint';
    create cast (parcel as bigint) with function unpack(parcel);
    create function run_it(statement text) returns bigint language plpgsql stable
      as 'declare n bigint; begin execute statement into n; return n; end';
    create function "ends it"(bigint) returns bigint language sql volatile as 'select 42::bigint'`)
  for (const [question, name] of [
    ['select 1::bigint <~~> 2::bigint', 'operator <~~>'],
    ['select lock_each(id) from trials', 'lock_each'],
    ['select (id::bigint).lock_each from trials', 'lock_each'],
    ['select row(1)::parcel::bigint', 'the cast to int8'],
    ["select run_it('select pg_advisory' || '_lock(42)')", 'run_it'],
    ['select "ends it"(1)', 'ends it'],
    ['select (1::bigint)."ends it"', 'ends it'],
    ['select (1::bigint)./**/"ends it"', 'ends it'],
  ] as const) {
    await expect(store.query(question), question).rejects.toThrow(`${name} is not called here`)
  }
  expect(store.isSuperuser).toBe(false)
  // A column may have the name of a function.
  expect((await store.query('select 1 as nextval, 2 as lo_get')).rows).toEqual([{ nextval: 1, lo_get: 2 }])
})

test('a lock that a question takes by a function of the database ends with the question', async () => {
  const { schema, store, client } = await openedStore()
  // It says that it changes nothing.
  await client.query(
    `create function ${schema}.sly(bigint) returns text language sql stable as 'select pg_advisory_lock($1)::text'`,
  )
  const held = async () => {
    const { rows } = await client.query("select from pg_locks where locktype = 'advisory' and objid = 4711")
    return rows.length
  }
  await store.query('select sly(4711)')
  expect(await held()).toBe(0)
  await expect(store.query('select sly(4711), 1 / count(*) from trials')).rejects.toThrow('division by zero')
  expect(await held()).toBe(0)
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
