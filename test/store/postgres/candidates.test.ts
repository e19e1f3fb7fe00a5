import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { applyChanges } from '../../../src/store/changes.ts'
import { openStore } from '../../../src/store/open.ts'
import { defineSweepView } from '../../../src/store/sweep-view.ts'
import { trialsOf } from '../../../src/store/trials.ts'
import { report, start } from '../change-of.ts'
import { plannedSweep, postgresLocation } from '../temporary-store.ts'

/** The URL of a store, with another host, on which no server listens, before its own. */
function withDeadHost(location: string): string {
  const { host } = new URL(location)
  return location.replace(`@${host}`, `@127.0.0.1:1,${host}`)
}

test.each([
  '',
  '&sslmode=prefer',
  '&sslmode=allow',
  '&target_session_attrs=read-write',
  '&target_session_attrs=prefer-standby',
])('the first host that answers is used, with %j', async (parameters) => {
  const store = await openStore(`${withDeadHost(postgresLocation())}${parameters}`, 'write')
  onTestFinished(() => store.close())
  await plannedSweep(store, 2)
  expect((await store.query('select count(*) as n from trials')).rows).toEqual([{ n: 2 }])
})

test('a server of another kind than is wanted is refused', async () => {
  const opened = openStore(`${withDeadHost(postgresLocation())}&target_session_attrs=standby`, 'read')
  await expect(opened).rejects.toMatchObject({ code: 'store', exitCode: 1 })
})

/** A database of the test's own, on the server of the test run. */
async function database(options: string): Promise<string> {
  const name = `test_${Math.random().toString(36).slice(2)}`
  const admin = new pg.Client(inject('postgres').superuserUrl)
  await admin.connect()
  onTestFinished(async () => {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
  await admin.query(`create database ${name} template template0 ${options}`)
  return Object.assign(new URL(inject('postgres').superuserUrl), { pathname: `/${name}` }).href
}

test('a database that is not UTF-8 is refused, with how to create one', async () => {
  const location = await database("encoding 'LATIN1' locale 'C'")
  await expect(openStore(location, 'write')).rejects.toMatchObject({
    message: expect.stringMatching(/is a database in LATIN1, and swath keeps texts in UTF-8/) as string,
    hint: expect.stringContaining('createdb --encoding=UTF8') as string,
  })
})

test('a role that owns its schemas, and may create none, can create a store', async () => {
  const location = await database('')
  const admin = new pg.Client(location)
  await admin.connect()
  const role = `test_${Math.random().toString(36).slice(2)}`
  await admin.query(`create role ${role} login password 'x'`)
  onTestFinished(async () => {
    await admin.query(`drop owned by ${role} cascade; drop role ${role}`)
    await admin.end()
  })
  const own = Object.assign(new URL(location), { username: role, password: 'x' }).href
  await expect(openStore(own, 'write')).rejects.toMatchObject({
    message: expect.stringMatching(/lacks a schema, and this user may not create one/) as string,
    hint: expect.stringContaining('create schema swath_queue authorization') as string,
  })
  await admin.query(`create schema swath authorization ${role}; create schema swath_queue authorization ${role}`)
  const store = await openStore(own, 'write')
  const sweep = await plannedSweep(store, 1)
  const shared = await store.openQueue?.()
  expect(await (await shared?.of(sweep.id))?.held()).toEqual(new Map())
  await shared?.close()
  await store.close()
})

test('characters that the server does not take are replaced, in values and in names', async () => {
  const store = await openStore(postgresLocation(), 'write')
  onTestFinished(() => store.close())
  const sweep = await plannedSweep(store, 1)
  const [trial] = await trialsOf(store.db, sweep.id)
  const id = trial?.id ?? 0
  const odd = { 'a\0b': 1, 'c\ud800d': 2 }
  await applyChanges(store.db, [start(id), report(id, { epoch: 1, ...odd })])
  await defineSweepView(store.db, sweep, ['depth'], Object.keys(odd))
  const { rows } = await store.query('select * from sweep_grid')
  expect(rows).toMatchObject([{ 'a\ufffdb': 1, 'c\ufffdd': 2 }])
})

test('a server clock that is set back delays no trial', async () => {
  const location = postgresLocation()
  const schema = new URL(location).searchParams.get('schema') ?? ''
  const store = await openStore(location, 'write')
  const sweep = await plannedSweep(store, 2)
  const shared = await store.openQueue?.()
  const queue = await shared?.of(sweep.id)
  if (shared === undefined || queue === undefined) throw new Error('a store on a server has a queue')
  onTestFinished(async () => {
    await shared.close()
    await store.close()
  })
  const [first = 0, second = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await store.db.transaction().execute((transaction) =>
    queue.add(transaction, [
      { id: first, priority: 2, delaySeconds: 0 },
      { id: second, priority: 1, delaySeconds: 30 },
    ]),
  )
  // As it is an hour earlier.
  const client = new pg.Client(location)
  await client.connect()
  await client.query(`update ${schema}_queue.job set start_after = start_after + interval '1 hour'`)
  await client.end()
  const taken = await queue.take(5, { alone: false })
  expect(new Set(taken.map(({ trialId }) => trialId))).toEqual(new Set([first, second]))
})
