import { sql } from 'kysely'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { diagnoseStore } from '../../src/maintenance/diagnose-store.ts'
import { repairStore } from '../../src/maintenance/repair.ts'
import { reconcileQueue } from '../../src/store/reconcile-queue.ts'
import { openStore, withStore } from '../../src/store/open.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, postgresLocation } from '../store/temporary-store.ts'

/** A store with two sweeps whose trials wait in the queue. */
async function queuedStore() {
  const location = postgresLocation()
  const schema = new URL(location).searchParams.get('schema') ?? ''
  onTestFinished(() => run(`drop schema if exists ${schema}_queue cascade`))
  const ids = await withStore(location, 'write', async (store) => {
    const shared = await store.openQueue?.()
    const all: number[] = []
    for (const name of ['one', 'two']) {
      const { id } = await plannedSweep(store, 2, name)
      const queue = await shared?.of(id)
      if (queue !== undefined) await reconcileQueue(store.db, queue, id)
      all.push(...(await trialsOf(store.db, id)).map((trial) => trial.id))
    }
    await shared?.close()
    return all
  })
  // Views of the sweeps, which a run would have made.
  await (await openStore(location, 'change')).close()
  return { location, schema, queue: `${schema}_queue`, ids }
}

async function run(statement: string): Promise<void> {
  const client = new pg.Client(inject('postgres').url)
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function problems(location: string): Promise<string[]> {
  const lines = await diagnoseStore(location)
  return lines
    .filter(({ status }) => status !== 'ok')
    .map(({ name, detail, advice }) => `${name}: ${detail} → ${String(advice)}`)
}

async function repaired(location: string): Promise<string[]> {
  const done: string[] = []
  await repairStore(location, (what) => done.push(what))
  return done
}

/** The trials that hosts can take, of both sweeps. */
async function taken(location: string): Promise<number[]> {
  return withStore(location, 'change', async (store) => {
    const shared = await store.openQueue?.()
    const jobs = []
    for (const sweep of await store.db.selectFrom('sweeps').select('id').execute()) {
      jobs.push(...((await (await shared?.of(sweep.id))?.take(10, { alone: true })) ?? []))
    }
    await shared?.close()
    return jobs.map(({ trialId }) => trialId).toSorted((a, b) => a - b)
  })
}

/** What is broken, by which statement ({queue} is the schema), and what doctor says of it. */
const broken: readonly (readonly [what: string, by: string, told: RegExp])[] = [
  ['the whole schema is gone', 'drop schema {queue} cascade', /there is no schema \S+_queue →/],
  ['the table of jobs is gone', 'drop table {queue}.job cascade', /_queue lacks the table job.* →/],
  ['the table of queues is gone', 'drop table {queue}.queue cascade', /_queue lacks the table queue.* →/],
  ['the table of its version is gone', 'drop table {queue}.version', /_queue lacks the table version →/],
  ['a column is gone', 'alter table {queue}.queue drop column retry_limit', /lacks .*retry_limit/],
  ['a function is gone', 'drop function {queue}.create_queue cascade', /lacks the function create_queue/],
  ['its tables are of an older pg-boss', 'update {queue}.version set version = version - 1', /is of version \d+/],
  ['its tables are of none', 'delete from {queue}.version', /is of version none/],
]

test.for(broken)(
  'where %s, doctor says so, and a repair puts all trials that wait in the queue again',
  async ([, by, told]) => {
    const { location, queue, ids } = await queuedStore()
    expect(await problems(location)).toEqual([])
    await run(by.replaceAll('{queue}', queue))
    const found = await problems(location)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^Queue: /)
    expect(found[0]).toMatch(told)
    expect(found[0]).toContain('swath doctor --repair')
    expect((await repaired(location)).join('; ')).toMatch(/queue's tables/)
    expect(await problems(location)).toEqual([])
    expect(await taken(location)).toEqual(ids)
    expect(await repaired(location)).toEqual([])
  },
)

test('tables of a newer pg-boss are told, and left as they are', async () => {
  const { location, queue, ids } = await queuedStore()
  await run(`update ${queue}.version set version = version + 1`)
  const found = await problems(location)
  expect(found).toEqual([expect.stringMatching(/^Queue: .* of version \d+ .* → update swath/)])
  expect(await repaired(location)).toEqual([])
  expect(await problems(location)).toEqual(found)
  expect(await taken(location)).toEqual(ids)
})

test('half a store is told by its missing tables, and refused by every command', async () => {
  const { location, schema } = await queuedStore()
  await run(`drop table ${schema}.metrics, ${schema}.rungs cascade`)
  const told = /is half a store: it lacks the tables metrics, rungs → put a backup/
  expect(await problems(location)).toEqual([expect.stringMatching(told)])
  await expect(repaired(location)).rejects.toThrow('lacks the tables metrics, rungs')
  await expect(openStore(location, 'read')).rejects.toThrow('lacks the tables metrics, rungs')
})

test('tables without the record of their version are half a store, not none, and not of another program', async () => {
  const { location, schema } = await queuedStore()
  await run(`drop table ${schema}.kysely_migration`)
  expect(await problems(location)).toEqual([
    expect.stringMatching(/is half a store: .*kysely_migration.* → put a backup/),
  ])
  for (const access of ['read', 'write'] as const) {
    await expect(openStore(location, access)).rejects.toThrow('is half a store')
  }
})

test('a schema without tables is a store that a run will make', async () => {
  const location = postgresLocation()
  await run(`create schema ${new URL(location).searchParams.get('schema') ?? ''}`)
  expect(await problems(location)).toEqual([])
})

test.for(['progress', 'hosts', 'results', 'trial_metrics', 'sweep_one'])(
  'the view %s, and those that build on it, come back with a repair',
  async (view) => {
    const { location, schema } = await queuedStore()
    await run(`drop view ${schema}.${view} cascade`)
    expect(await problems(location)).toEqual([expect.stringMatching(/^Views: not there: .*doctor --repair/)])
    expect(await repaired(location)).toEqual([])
    expect(await problems(location)).toEqual([])
  },
)

test('a repair takes jobs of trials that do not wait out of the queue, and the queues of sweeps that are not there', async () => {
  const { location, queue, ids } = await queuedStore()
  const [first = 0, second = 0, third = 0, fourth = 0] = ids
  await withStore(location, 'change', async ({ db }) => {
    await sql`update trials set state = 'completed' where id = ${first}`.execute(db)
    await sql`delete from trials where id = ${third}`.execute(db)
  })
  await run(`delete from ${queue}.job where singleton_key = '${second}'`)
  await run(`select ${queue}.create_queue('sweep-999', '{"policy": "exclusive"}'::jsonb)`)
  expect(await repaired(location)).toEqual([
    'removed the queue of sweep 999, which is not there',
    'one: trials put in the queue again, which waited outside it: 1',
    'one: jobs removed whose trials do not wait: 1',
    'two: jobs removed whose trials do not wait: 1',
  ])
  expect(await taken(location)).toEqual([second, fourth])
  expect(await repaired(location)).toEqual([])
})
