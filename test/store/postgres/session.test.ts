import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { applyChanges } from '../../../src/store/changes.ts'
import { openStore } from '../../../src/store/open.ts'
import { trialsOf } from '../../../src/store/trials.ts'
import { report, start } from '../change-of.ts'
import { plannedSweep, postgresLocation } from '../temporary-store.ts'

/** Values that a careless administrator may have set, each of which would change what is read or written. */
const hostile = {
  search_path: 'public',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  bytea_output: 'escape',
  xmloption: 'document',
  datestyle: 'German, DMY',
  intervalstyle: 'iso_8601',
  timezone: 'Pacific/Chatham',
  client_encoding: 'LATIN1',
  default_transaction_isolation: 'serializable',
  idle_in_transaction_session_timeout: '0',
} as const

/** A user of the test's own, for whom settings are what a statement makes them. */
async function userWith(settings: Readonly<Record<string, string>>, location: string): Promise<string> {
  const name = `test_session_${Math.random().toString(36).slice(2)}`
  const url = new URL(location)
  const database = url.pathname
  const admin = new pg.Client(Object.assign(new URL(inject('postgres').superuserUrl), { pathname: database }).href)
  await admin.connect()
  onTestFinished(async () => {
    await admin.query(`drop owned by ${name} cascade`)
    await admin.query(`drop role ${name}`)
    await admin.end()
  })
  await admin.query(`create role ${name} login password 'x' in role ${url.username}`)
  for (const [setting, value] of Object.entries(settings)) {
    await admin.query(`alter role ${name} set ${setting} = '${value}'`)
  }
  return Object.assign(url, { username: name, password: 'x' }).href
}

/** What a store makes of numbers, texts, bytes and times. */
async function readings(location: string, sweepName: string) {
  const store = await openStore(location, 'write')
  const sweep = await plannedSweep(store, 1, sweepName)
  const [trial] = await trialsOf(store.db, sweep.id)
  const id = trial?.id ?? 0
  const params = String.raw`{"depth": 1, "name": "a\\b 'c' \n ü 学習"}`
  await store.db.updateTable('trials').set({ params }).where('id', '=', id).execute()
  await applyChanges(store.db, [start(id), report(id, { epoch: 1, loss: 0.1 + 0.2, tiny: 5e-324 })])
  const { params: stored } = await store.db
    .selectFrom('trials')
    .select('params')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const metrics = await store.db
    .selectFrom('metrics')
    .select(['name', 'value'])
    .where('trial_id', '=', id)
    .orderBy('name')
    .execute()
  const { rows } = await store.query(`
    select value, '\\x41'::bytea as bytes, '2026-01-02 03:04:05+00'::timestamptz as at, interval '1 day' as long,
      'a\\b' as text, to_char(1234.5, '9G999D9') as number, t.params ->> 'name' as name, null = null as equal,
      '{null}'::text[] as list
    from metrics m join trials t on t.id = m.trial_id where m.name = 'loss' and m.trial_id = ${id}`)
  await store.close()
  expect(stored).toBe(params)
  return { metrics, rows }
}

test('what a role or a database has set changes nothing of what is stored and read', async () => {
  const location = postgresLocation()
  const plain = await readings(location, 'plain')
  expect(plain.metrics).toEqual([
    { name: 'loss', value: 0.1 + 0.2 },
    { name: 'tiny', value: 5e-324 },
  ])
  expect(plain.rows).toMatchObject([{ value: 0.1 + 0.2, at: '2026-01-02 03:04:05+00', text: String.raw`a\b` }])
  for (const [name, value] of Object.entries(hostile)) {
    expect(await readings(await userWith({ [name]: value }, location), name), name).toEqual(plain)
  }
  expect(await readings(await userWith(hostile, location), 'all')).toEqual(plain)
})
