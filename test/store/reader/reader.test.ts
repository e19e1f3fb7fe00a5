import { spawnSync } from 'node:child_process'

import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteDriver } from '../../../src/setup/sqlite.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Store } from '../../../src/store/store.ts'
import { plannedSweep } from '../temporary-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'swath-reader-'))
let store: Store

beforeAll(async () => {
  store = await openStore(join(folder, 'swath.db'), 'write')
  await plannedSweep(store, 5)
})

afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

/** A recursive question that never ends by itself. */
const endless = (select: string, row = 'a + 1', first = '1') =>
  `with recursive r(a) as (select ${first} union all select ${row} from r) select ${select} from r`

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
  expect((await store.query('explain query plan select * from trials')).columns).toContain('detail')
})

test.each([
  ['delete from trials', 'only questions'],
  ["update trials set state = 'failed'", 'only questions'],
  ['drop table trials', 'only questions'],
  ['insert into events (sweep_id) values (1) returning *', 'only questions'],
  ['with x as (select 1) delete from trials', 'only questions'],
  [
    "with x as (select 1) insert into events (sweep_id, at, kind) select 1, '', '' from x returning id",
    'only questions',
  ],
  ["attach database '/tmp/x.db' as x", 'only questions'],
  ['/* hidden */ attach database ":memory:" as x', 'only questions'],
  ['pragma journal_mode = delete', 'only questions'],
  ['begin', 'only questions'],
  ["vacuum into '/tmp/copy.db'", 'only questions'],
  ['create temp trigger t after insert on trials begin select 1; end', 'only questions'],
  // The comment was taken for the end of a comment, and the statement for something else than a pragma.
  ['/* -- */ pragma journal_mode = delete', 'only questions'],
  ['; pragma journal_mode = delete', 'only questions'],
  // It took effect while it was explained.
  ['explain pragma locking_mode = exclusive', 'only questions'],
  ['explain query plan pragma writable_schema = 1', 'only questions'],
  ['select 1; select 2', 'there is more than one statement'],
  ['select 1; drop table trials', 'there is more than one statement'],
  // SQLite reads as far as the NUL, and would answer half of it.
  ['select 1\0; drop table trials', 'NUL character'],
  ['select ?', 'has parameters'],
  ['selekt 1', 'only questions'],
  ['select 1 from', 'incomplete input'],
  ['select * from nowhere', 'no such table'],
  ["select load_extension('x')", 'not authorized'],
  ["select readfile('/etc/passwd')", 'no such function'],
  ['select * from pragma_optimize(0xfffe)', 'readonly'],
  ['', 'there is no statement'],
  [' -- nothing\n /* at all', 'there is no statement'],
])('%j is refused', async (statement, message) => {
  await expect(store.query(statement)).rejects.toMatchObject({
    code: 'sql',
    message: expect.stringContaining(message) as string,
  })
})

test('no pragma that can be asked as a table changes anything', async () => {
  const names = await store.query('select name from pragma_pragma_list')
  expect(names.rows.length).toBeGreaterThan(10)
  const before = await sql`pragma data_version`.execute(store.db)
  for (const { name } of names.rows) await store.query(`select * from pragma_${String(name)}`).catch(() => undefined)
  expect((await store.query('select * from pragma_journal_mode')).rows).toEqual([{ journal_mode: 'wal' }])
  expect((await store.query('select * from pragma_locking_mode')).rows).toEqual([{ locking_mode: 'normal' }])
  expect(await sql`pragma data_version`.execute(store.db)).toEqual(before)
})

test('an answer that is too long stops at its limit and says so', async () => {
  expect(await store.query('select number from trials', { limit: 2 })).toMatchObject({ truncated: true })
  expect(await store.query('select number from trials', { limit: 5 })).toMatchObject({ truncated: false })
  expect((await store.query(endless('a'), { limit: 70_000 })).rows).toHaveLength(70_000)
})

test('a question that never ends is given up, and the next one is answered', async () => {
  await expect(store.query(endless('count(*)'), { timeoutMs: 300 })).rejects.toMatchObject({
    ...{ code: 'sql', exitCode: 2, message: 'the question was not answered within 0.3 s' },
  })
  await expect(store.query(endless('a'), { timeoutMs: 300 })).rejects.toThrow(/not answered within|larger than/)
  expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a question that wants more memory than it may have is given up, and the next one is answered', async () => {
  const sorted = `select a from (${endless('a', "printf('%.*c', 10000000, 'x')")} limit 1000) order by a`
  await expect(store.query(sorted)).rejects.toMatchObject({
    ...{ code: 'sql', message: 'the question took more memory than the 1 GB that it may' },
  })
  expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

/** SQLite 3.51, in Node 22, answers two of these: a text that is too long is null, and its parser goes as deep as it has to. */
const isOlder = (await sqliteDriver()).name === 'node:sqlite' && process.version.startsWith('v22.')

test.each<[string, string | RegExp]>([
  // Node's own SQLite lets a value be as large as the process may.
  ['select zeroblob(1e9)', /too big|more memory/],
  ...(isOlder ? [] : [["select printf('%.*c', 1000000000, 'x')", /too big|more memory/] as [string, RegExp]]),
  ['select hex(zeroblob(300000000))', /too big|more memory/],
  [endless('hex(zeroblob(1000000))'), 'the answer is larger than 256 MB'],
  ...(isOlder
    ? []
    : [[`select ${'('.repeat(5_000)}1${')'.repeat(5_000)}`, /overflow|Recursion limit/] as [string, RegExp]]),
  [`select ${'1 + '.repeat(5_000)}1`, /depth/],
  [`select 1 ${'union all select 1 '.repeat(5_000)}`, 'too many terms'],
  [`select ${'1, '.repeat(5_000)}1`, 'too many columns'],
])('what is too large is an error', async (statement, message) => {
  await expect(store.query(statement)).rejects.toThrow(message)
})

test('columns of the same name are told apart, and no name is lost', async () => {
  const { columns, rows } = await store.query('select 1 as a, 2 as a, 3 as "a:1", 4 as "__proto__", 5 as ""')
  expect(columns).toEqual(['a', 'a:1', 'a:1:1', '__proto__', ''])
  expect(Object.entries(rows[0] ?? {}).map(([, value]) => value)).toEqual([1, 2, 3, 4, 5])
})

test('a view that was made anew since the last question has its new columns', async () => {
  // The names were those of the view before, and the values the new one's.
  await sql`create view changing as select 1 as a, 2 as b`.execute(store.db)
  expect((await store.query('select * from changing')).rows).toEqual([{ a: 1, b: 2 }])
  await sql`drop view changing`.execute(store.db)
  await sql`create view changing as select 3 as c`.execute(store.db)
  expect(await store.query('select * from changing')).toMatchObject({ columns: ['c'], rows: [{ c: 3 }] })
})

test('values come as they are: whole numbers of 64 bits, bytes, nothing', async () => {
  const { rows } = await store.query(
    "select 9007199254740993 as big, 7 as small, x'00ff' as bytes, null as none, 1e999 as inf",
  )
  expect(rows).toEqual([{ big: 9007199254740993n, small: 7, bytes: Buffer.from([0, 255]), none: null, inf: Infinity }])
})

test('questions that are asked at once are answered in turn', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, k) => store.query(`select ${k} as k`)))
  expect(answers.map(({ rows }) => rows[0]?.k)).toEqual(Array.from({ length: 20 }, (_, k) => k))
})

test('the process that answers does not keep its own waiting', () => {
  const script = `
    import { openStore } from '${new URL('../../../src/store/open.ts', import.meta.url).href}'
    const store = await openStore(${JSON.stringify(join(folder, 'swath.db'))}, 'read')
    const { rows } = await store.query('select count(*) as trials from trials')
    process.stdout.write(JSON.stringify(rows))
  `
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
  expect(stdout.toString()).toBe('[{"trials":5}]')
  expect(status).toBe(0)
})
