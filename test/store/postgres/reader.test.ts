import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

import { openStore } from '../../../src/store/open.ts'
import type { Store } from '../../../src/store/store.ts'
import { plannedSweep } from '../temporary-store.ts'

let store: Store
const schema = 'test_reader'

async function asOwner(statement: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client(inject('postgres').url)
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  await asOwner(`drop schema if exists ${schema} cascade`)
  store = await openStore(`${inject('postgres').url}?schema=${schema}`, 'write')
  await plannedSweep(store, 5)
})

afterAll(async () => {
  await store.close()
  await asOwner(`drop schema ${schema} cascade`)
})

/** A recursive question that never ends by itself. */
const endless = (select: string) =>
  `with recursive r(a) as (select 1::bigint union all select a + 1 from r) select ${select} from r`

test('questions are answered', async () => {
  expect(await store.query('select number, flops from trials order by number limit 2')).toEqual({
    columns: ['number', 'flops'],
    rows: [
      { number: 1, flops: 100 },
      { number: 2, flops: 200 },
    ],
    truncated: false,
  })
  expect(await store.query('  -- with a comment\n values (1), (2);')).toMatchObject({ rows: [{}, {}] })
  expect(await store.query('(select 1 as a) union all select 2')).toMatchObject({ rows: [{ a: 1 }, { a: 2 }] })
  expect((await store.query('explain (costs off) select * from trials')).columns).toEqual(['QUERY PLAN'])
  expect(await store.query('select id from trials where false')).toEqual({
    columns: ['id'],
    rows: [],
    truncated: false,
  })
})

test.each([
  ['delete from trials', 'only questions'],
  ["update trials set state = 'failed'", 'only questions'],
  ['drop table trials', 'only questions'],
  ['insert into events (sweep_id) values (1) returning *', 'only questions'],
  ['with x as (delete from trials returning id) select * from x', 'only questions'],
  ["with x as (select 1) insert into events (sweep_id, at, kind) select 1, '', '' from x", 'only questions'],
  ['explain analyze with x as (delete from trials returning id) select * from x', 'only questions'],
  ['explain analyze delete from trials', 'only questions'],
  ['select * into stolen from trials', 'only questions'],
  ['select * from trials for update', 'only questions'],
  ["select nextval('trials_id_seq')", 'nextval is not called here'],
  ["copy trials to '/tmp/stolen'", 'only questions'],
  ["copy trials to program 'cat'", 'only questions'],
  // A comment in a comment: what follows its first end is no statement yet.
  ["/* /* */ select */ copy trials to '/tmp/stolen'", 'only questions'],
  ['begin', 'only questions'],
  ['commit', 'only questions'],
  ['set transaction read write', 'only questions'],
  ['reset role', 'only questions'],
  ['do $$ begin delete from trials; end $$', 'only questions'],
  ['call something()', 'only questions'],
  ['select 1; select 2', 'there is more than one statement'],
  ['select 1; drop table trials', 'there is more than one statement'],
  ['select 1\0; drop table trials', 'NUL character'],
  ['select $1', 'has parameters'],
  ['select 1 from', 'syntax error'],
  ['select * from nowhere', 'does not exist'],
  ["select pg_read_file('/etc/passwd')", 'pg_read_file is not called here'],
  ["select pg_ls_dir('/')", 'pg_ls_dir is not called here'],
  ["select lo_import('/etc/passwd')", 'lo_import is not called here'],
  ["select set_config('transaction_read_only', 'off', false)", 'set_config is not called here'],
  ["select query_to_xml('delete from trials', true, true, '')", 'query_to_xml is not called here'],
  ['select pg_advisory_lock(1)', 'pg_advisory_lock is not called here'],
  ['select pg_terminate_backend(pid) from pg_stat_activity', 'pg_terminate_backend is not called here'],
  ["select \"pg_notify\" /* ( */ ('a', 'b')", 'pg_notify is not called here'],
  ["select pg_catalog . PG_Notify -- (\n ('a', 'b')", 'pg_notify is not called here'],
  ["select '/*', pg_notify('a', 'b'), '*/'", 'pg_notify is not called here'],
  [`select U&"pg\\005fnotify"('a', 'b')`, 'U&"…"'],
  ['', 'there is no statement'],
])('%j is refused', async (statement, message) => {
  await expect(store.query(statement)).rejects.toMatchObject({
    ...{ code: 'sql', exitCode: 2 },
    message: (typeof message === 'string'
      ? expect.stringContaining(message)
      : expect.stringMatching(message)) as string,
  })
  expect((await store.query('select count(*) as n from trials')).rows).toEqual([{ n: 5 }])
})

test('a question that sleeps is given up', async () => {
  await expect(store.query('select pg_sleep(60)', { timeoutMs: 300 })).rejects.toThrow('not answered within 0.3 s')
})

test('an answer that is too long stops at its limit and says so, and the rest is never read', async () => {
  expect(await store.query('select number from trials', { limit: 2 })).toMatchObject({ truncated: true })
  expect(await store.query('select number from trials', { limit: 5 })).toMatchObject({ truncated: false })
  expect((await store.query(endless('a'), { limit: 3_000 })).rows).toHaveLength(3_000)
})

/** What others are asking the server at present. */
const asked = async () => {
  const { rows } = await asOwner(
    "select query from pg_stat_activity where state = 'active' and query like '%is asked%'",
  )
  return rows.filter(({ query }) => !String(query).includes('pg_stat_activity'))
}

test('a question that never ends is given up, on the server as well, and the next one is answered', async () => {
  await expect(store.query(`/* is asked */ ${endless('count(*)')}`, { timeoutMs: 500 })).rejects.toMatchObject({
    ...{ code: 'sql', exitCode: 2, message: 'the question was not answered within 0.5 s' },
  })
  while ((await asked()).length > 0);
  await expect(store.query(endless('a'), { timeoutMs: 500 })).rejects.toThrow(/not answered within|larger than/)
  expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('an answer that is too large is an error, and the next one is answered', async () => {
  await expect(store.query(endless("repeat('x', 1000000)"))).rejects.toThrow('the answer is larger than 256 MB')
  expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('values come as they are: whole numbers of 64 bits, bytes, truth, nothing; the rest as text', async () => {
  const { rows } = await store.query(`select 9007199254740993 as big, 7::bigint as small, 1.5::numeric as half,
    '\\x00ff'::bytea as bytes, null as none, 'infinity'::double precision as inf, true as yes,
    timestamp '2026-01-01' as moment, '{"a": 1}'::jsonb as json, array[1, 2] as list`)
  expect(rows).toEqual([
    {
      ...{ big: 9007199254740993n, small: 7, half: 1.5, bytes: Buffer.from([0, 255]), none: null, inf: Infinity },
      ...{ yes: true, moment: '2026-01-01 00:00:00', json: '{"a": 1}', list: '{1,2}' },
    },
  ])
})

test('what SQLite understands is understood', async () => {
  const { rows } = await store.query(`select params ->> 'depth' as depth, params ->> 'none' as none,
    round(julianday('2026-01-02T12:00:00.000Z') * 10) / 10 as day from trials where number = 2`)
  expect(rows).toEqual([{ depth: '2', none: null, day: 2461043 }])
})

test('columns of the same name are told apart', async () => {
  expect((await store.query('select 1 as a, 2 as a, 3 as "a:1"')).columns).toEqual(['a', 'a:1', 'a:1:1'])
})

test('questions that are asked at once are answered in turn, and a lost connection fails one of them', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, (_, k) => store.query(`select ${k} as k`)))
  expect(answers.map(({ rows }) => rows[0]?.k)).toEqual(Array.from({ length: 10 }, (_, k) => k))
  const { rows } = await store.query('select pg_backend_pid() as pid')
  const asking = store.query('select pg_sleep(60)')
  const lost = expect(asking).rejects.toMatchObject({ code: 'store', exitCode: 1 })
  await asOwner(`select pg_terminate_backend(${String(rows[0]?.pid)})`)
  await lost
  expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a superuser asks as one who can only read, and cannot climb back', async () => {
  const location = new URL(inject('postgres').superuserUrl)
  location.pathname = new URL(inject('postgres').url).pathname
  const superuser = await openStore(`${location.href}?schema=${schema}`, 'read')
  try {
    expect((await superuser.query('select current_user::text as name, count(*) as n from trials')).rows).toEqual([
      { name: 'pg_read_all_data', n: 5 },
    ])
    for (const climb of [
      "select set_config('role', 'none', true), pg_read_file('/etc/passwd')",
      `select U&"set\\005fconfig"('role', 'none', true)`,
      "select query_to_xml('select 1', true, true, '')",
      "select pg_read_file('/etc/passwd')",
    ]) {
      await expect(superuser.query(climb)).rejects.toThrow(/not called here|U&/)
    }
  } finally {
    await superuser.close()
  }
})
