import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { sql } from 'kysely'

import { usingArtifacts } from '../../../src/artifacts/open-shared.ts'
import { applyChanges } from '../../../src/store/changes.ts'
import { acquireSweep, thisProcess } from '../../../src/store/coordinators.ts'
import { reconcileQueue } from '../../../src/store/reconcile-queue.ts'
import { beatHost, registerHost, setHostState } from '../../../src/store/hosts.ts'
import { openStore, setUpRoles } from '../../../src/store/open.ts'
import { scramVerifier } from '../../../src/store/postgres/scram.ts'
import type { Store } from '../../../src/store/store.ts'
import { defineSweepView } from '../../../src/store/sweep-view.ts'
import { deleteSweep, sweepProgress, takeTurn } from '../../../src/store/sweeps.ts'
import { trialsOf } from '../../../src/store/trials.ts'
import { at, end, report, start } from '../change-of.ts'
import { plannedSweep, postgresLocation } from '../temporary-store.ts'

const passwords = { owner: "an owner's", worker: 'a worker’s ≠ ü', reader: '%?@/:' }
type Role = keyof typeof passwords

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client(inject('postgres').superuserUrl)
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** A store with a trained trial, and its URL for each role. */
async function storeWithRoles() {
  const location = postgresLocation()
  const store = await openStore(location, 'write')
  const sweep = await plannedSweep(store)
  await defineSweepView(store.db, sweep, ['depth'], [])
  await store.close()
  const names = await setUpRoles(location, passwords)
  onTestFinished(async () => {
    const all = Object.values(names).join(', ')
    const database = new URL(inject('postgres').url).pathname.slice(1)
    const client = new pg.Client(new URL(`/${database}`, inject('postgres').superuserUrl).href)
    await client.connect()
    for (const name of Object.values(names)) await client.query(`drop owned by ${String(name)} cascade`)
    await client.query(`drop role ${all}`)
    await client.end()
  })
  const as = async (role: Role, access: 'read' | 'change' | 'write' = 'read'): Promise<Store> => {
    const url = new URL(location)
    url.username = names[role]
    url.password = encodeURIComponent(passwords[role])
    const opened = await openStore(url.href, access)
    onTestFinished(() => opened.close())
    return opened
  }
  return { location, sweep, names, as, schema: new URL(location).searchParams.get('schema') ?? '' }
}

async function expectDenied(store: Store, statement: string): Promise<void> {
  const error: unknown = await sql
    .raw(statement)
    .execute(store.db)
    .catch((reason: unknown) => store.explain(reason))
  expect(error, statement).toMatchObject({
    code: 'store',
    message: expect.stringMatching(/may not be used so by this user \((permission denied|must be owner)/) as string,
  })
}

test('a worker trains, and can neither make, change nor drop', async () => {
  const { as, sweep, schema } = await storeWithRoles()
  const worker = await as('worker', 'change')
  const [trial] = await trialsOf(worker.db, sweep.id)
  const id = trial?.id ?? 0
  expect(await acquireSweep(worker.db, sweep.id, thisProcess(), worker.now())).toBeUndefined()
  const checkpoint = { name: `of-${sweep.name}-${id}`, bytes: 1, sha256: 'x', epoch: 1 }
  await applyChanges(worker.db, [start(id), report(id, { epoch: 1, loss: 1 }), end(id, 'completed', 1, { checkpoint })])
  await applyChanges(worker.db, [
    { type: 'event', sweepId: sweep.id, trialId: id, kind: 'warning', detail: 'late', at },
  ])
  expect(
    (await worker.query('select loss from trials t, lateral (select value as loss from metrics) m limit 1')).rows,
  ).toEqual([{ loss: 1 }])
  const self = { host: 'there', pid: 7, process_start: '1' }
  const capabilities = { workers: 1, cores: 1, tags: [], runtime: '', node: '', platform: '', processor: '' }
  const host = await registerHost(worker.db, self, { version: '0.1.0', capabilities, at })
  await beatHost(worker.db, host, self, worker.now())
  await setHostState(worker.db, host, 'set aside')
  expect(await takeTurn(worker.db, sweep.id, { now: worker.now(), ms: 1 })).toBe(true)
  const shared = await worker.openQueue?.()
  const queue = await shared?.of(sweep.id)
  if (queue === undefined) throw new Error('a store on a server has a queue')
  await reconcileQueue(worker.db, queue, sweep.id)
  const taken = await queue.take(3, { alone: false })
  await worker.db.transaction().execute((transaction) =>
    queue.done(
      transaction,
      taken.map(({ job }) => job),
    ),
  )
  expect([taken.length, (await queue.held()).size]).toEqual([2, 0])
  await shared?.close()
  await usingArtifacts(worker, async (artifacts) => {
    const stored = artifacts.host.write(`trial-${id}/attempt-1.safetensors`, [Buffer.from('weights')])
    await artifacts.publish(stored)
    await artifacts.publish(artifacts.host.write(stored.name, [Buffer.from('weights')]))
    await artifacts.remove([stored.name])
  })
  for (const statement of [
    "insert into artifact_place values ('s3://mine')",
    'drop table metrics',
    `drop table ${schema}_queue.job`,
    `create table ${schema}_queue.mine (id integer)`,
    'alter table trials add column mine text',
    'create table mine (id integer)',
    'truncate metrics',
    'delete from sweeps',
    'delete from trials',
    "update sweeps set program = 'another'",
    // A view is updated with the rights of its owner.
    'delete from sweep_grid',
    "update sweep_grid set state = 'failed'",
    ...['params', 'seed', 'sweep_id', 'number', 'repeat', 'parent_id'].map(
      (name) => `update trials set ${name} = ${name}`,
    ),
    'insert into trials select * from trials',
    'delete from attempts',
    'delete from events',
    "update events set detail = 'another'",
    'delete from hosts',
    'update superseded_metrics set value = 0',
    'delete from superseded_metrics',
    "update programs set sha256 = ''",
    'do $$ begin lock table lock_definitions in exclusive mode; end $$',
    'update kysely_migration set name = name',
    'drop view sweep_grid',
    'drop schema public cascade',
    'alter table metrics disable trigger all',
  ]) {
    await expectDenied(worker, statement)
  }
})

test('a reader reads, also views that are made later, and cannot write', async () => {
  const { as, sweep, schema } = await storeWithRoles()
  const owner = await as('owner', 'write')
  await defineSweepView(owner.db, sweep, ['depth'], ['loss'])
  const reader = await as('reader')
  expect(reader.isReadOnly).toBe(true)
  expect(await sweepProgress(reader.db)).toMatchObject([{ trials: 3 }])
  expect((await reader.query('select depth, loss from sweep_grid')).rows).toHaveLength(3)
  expect((await reader.query(`select count(*) as n from ${schema}_queue.job`)).rows).toEqual([{ n: 0 }])
  for (const statement of [
    `delete from ${schema}_queue.job`,
    'insert into artifact_place values (null)',
    'delete from metrics',
    "update trials set state = 'failed'",
    'drop view sweep_grid',
    'truncate events',
    'do $$ begin lock table lock_store in row exclusive mode; end $$',
    'select * from trials for share',
    'select * from trials for update',
    `do $$ begin lock table ${schema}_queue.job in share mode; end $$`,
  ]) {
    await expectDenied(reader, statement)
  }
  await expect(as('reader', 'change')).rejects.toThrow('may only be read by this user')
  await expect(reader.query("select pg_read_file('/etc/passwd')")).rejects.toThrow('is not called here')
})

test('who owned a store stays an owner, and what one owner makes another may change', async () => {
  const { as, sweep, location, names } = await storeWithRoles()
  const before = await openStore(location, 'write')
  onTestFinished(() => before.close())
  await defineSweepView(before.db, sweep, ['depth'], ['loss'])
  const owner = await as('owner', 'write')
  await defineSweepView(owner.db, sweep, ['depth'], ['loss', 'score'])
  const second = await plannedSweep(before, 2, 'second')
  await deleteSweep(owner.db, second, new Date())
  // Once more is no harm.
  expect(await setUpRoles(location, {})).toEqual(names)
  expect((await owner.query('select current_user::text as name')).rows).toEqual([{ name: names.reader }])
})

test('a password is sent as what the server keeps of it', async () => {
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))
  // PostgreSQL's own, of the example of RFC 7677.
  expect(verifier).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
  await asSuperuser(`create role test_scram login password '${scramVerifier('pencil')}'`)
  const url = new URL(inject('postgres').url)
  Object.assign(url, { username: 'test_scram', password: 'pencil' })
  const client = new pg.Client(url.href)
  await client.connect()
  await client.end()
  await asSuperuser('drop role test_scram')
})

test('a store that is a file has no roles', async () => {
  await expect(setUpRoles('sqlite:swath.db', {})).rejects.toThrow('is a file: who may use it, its permissions say')
})
