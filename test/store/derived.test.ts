import { sql } from 'kysely'
import pg from 'pg'
import { expect, inject, onTestFinished, test, vi } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { rebuildStaleViews, reconcile } from '../../src/store/derived.ts'
import { openStore } from '../../src/store/open.ts'
import { reconcileQueues } from '../../src/store/reconcile-queue.ts'
import type { Store } from '../../src/store/store.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, storeKind, temporaryStore } from './temporary-store.ts'

/** Two trials of two epochs each, in a sweep whose view has their metrics; one has a quote in its name. */
async function reportedStore(): Promise<Store> {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 3)
  await defineSweepView(store.db, sweep, ['depth', 'width'], ['loss', "user's"])
  for (const { id } of (await trialsOf(store.db, sweep.id)).slice(0, 2)) {
    await applyChanges(store.db, [
      start(id),
      report(id, { epoch: 1, loss: 0.5, "user's": id }),
      report(id, { epoch: 2, loss: 0.25 * id, "user's": id }),
      end(id, 'completed'),
    ])
  }
  await reconcileQueues(store)
  return store
}

/** All that is derived, as a reader sees it. */
async function derivedOf({ db, location }: Store) {
  const rows = async (query: string) => (await sql.raw(query).execute(db)).rows
  return {
    counts: await rows('select sweep_id, state, trials from state_counts where trials <> 0 order by state'),
    finals: await rows('select * from final_metrics order by trial_id, name'),
    metrics: await rows('select * from sweep_metrics order by name'),
    view: await rows('select * from sweep_grid order by trial_id'),
    points: await rows('select * from points_grid order by trial_id'),
    results: await rows('select sweep, trial, loss from results order by trial').catch(() => 'no results'),
    progress: await rows('select name, completed, queued from progress'),
    jobs: storeKind() === 'sqlite' ? [] : await rows(`select name, data, state from ${queueOf(location)}.job`),
  }
}

function queueOf(location: string): string {
  return `${new URL(location).searchParams.get('schema') ?? ''}_queue`
}

const replaceView = `drop view sweep_grid; create view sweep_grid as select id as trial_id from trials`

/** What is broken, by which statements, and what brings it back. */
const broken: Readonly<
  Record<string, { readonly by: string; readonly back: 'opening' | 'repair'; readonly on?: 'sqlite' | 'postgres' }>
> = {
  'a view of all stores is gone': { by: 'drop view progress', back: 'opening' },
  "a sweep's view is gone": { by: 'drop view sweep_grid', back: 'opening' },
  "a sweep's view of points is gone": { by: 'drop view points_grid', back: 'opening' },
  "a sweep's view lacks its metrics": { by: replaceView, back: 'opening' },
  'counts of states are wrong': { by: 'update state_counts set trials = 7', back: 'opening', on: 'sqlite' },
  'counts of states are gone': { by: 'delete from state_counts', back: 'opening', on: 'sqlite' },
  'what counts states is gone': {
    by: "drop trigger trials_changed; update trials set state = 'failed' where state = 'queued'",
    back: 'opening',
    on: 'sqlite',
  },
  'final metrics are gone': { by: 'delete from final_metrics', back: 'repair' },
  'final metrics are wrong': { by: 'update final_metrics set value = 99, reports = 1', back: 'repair' },
  'final metrics of nothing are there': {
    by: `insert into final_metrics select trial_id, 'ghost', 1, 1, 1, 1, 1, 1 from final_metrics where name = 'loss'`,
    back: 'repair',
  },
  "a sweep's metrics are gone": { by: 'delete from sweep_metrics', back: 'repair' },
  'a metric counts as not reported': { by: 'update sweep_metrics set reported = 0', back: 'repair' },
  'jobs are gone': { by: 'delete from {queue}.job', back: 'repair', on: 'postgres' },
  'jobs and the queue of a sweep are gone': {
    by: 'delete from {queue}.job; delete from {queue}.queue',
    back: 'repair',
    on: 'postgres',
  },
  'a trial that has ended has a job': {
    by: `insert into {queue}.job (name, data, singleton_key, policy, retry_limit)
      select j.name, jsonb_build_object('trialId', t.id), t.id::text, j.policy, 1 from {queue}.job j, trials t where t.state = 'completed'`,
    back: 'repair',
    on: 'postgres',
  },
  'a trial that is not there has a job': {
    by: `insert into {queue}.job (name, data, singleton_key, policy, retry_limit)
      select name, '{"trialId": 999}', '999', policy, 1 from {queue}.job`,
    back: 'repair',
    on: 'postgres',
  },
}

test.for(Object.entries(broken).filter(([, { on }]) => on === undefined || on === storeKind()))(
  'where %s it is as before after an opening or a repair',
  async ([, { by, back }]) => {
    const store = await reportedStore()
    const before = await derivedOf(store)
    const queue = storeKind() === 'sqlite' ? '' : queueOf(store.location)
    for (const statement of by.replaceAll('{queue}', queue).split('; ')) await sql.raw(statement).execute(store.db)
    if (by.includes('{queue}')) expect(await derivedOf(store)).not.toEqual(before)
    if (back === 'opening') await (await openStore(locationOf(store), 'change')).close()
    else await reconcileAll(store)
    const after = await derivedOf(store)
    if (by.includes("'failed'")) {
      expect(after.counts).toMatchObject([
        { state: 'completed', trials: 2 },
        { state: 'failed', trials: 1 },
      ])
      await sql`update trials set state = 'queued' where state = 'failed'`.execute(store.db)
    }
    expect(await derivedOf(store)).toEqual(before)
    expect(await reconcileAll(store)).toEqual([])
  },
)

/** What a repair does about it. */
async function reconcileAll(store: Store): Promise<string[]> {
  return [...(await reconcile(store.db, { all: true })), ...(await reconcileQueues(store))]
}

test('a sweep whose watcher left before the first report gets its columns from the next process', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 2)
  // The watcher has created the view, and ended.
  await defineSweepView(store.db, sweep, ['depth', 'width'], [])
  const [first, second] = await trialsOf(store.db, sweep.id)
  for (const id of [first?.id ?? 0, second?.id ?? 0]) {
    await applyChanges(store.db, [start(id), report(id, { epoch: 1, loss: id / 2 }), end(id, 'completed')])
  }
  expect(await rebuildStaleViews(store.db)).toEqual(['sweep_grid'])
  const { rows } = await sql`select loss from sweep_grid order by loss`.execute(store.db)
  expect(rows).toEqual([{ loss: 0.5 }, { loss: 1 }])
  expect(await rebuildStaleViews(store.db)).toEqual([])
})

test.for([
  { definition: '{"parameters":3}' },
  { definition: 'no JSON' },
  { definition: 'null' },
  { settings: 'no JSON' },
  { settings: 'null' },
  { settings: '{"objectives":3}' },
])('a sweep with %j is named, and keeps no other sweep from its views and no store from a repair', async (damage) => {
  const store = await reportedStore()
  const before = await derivedOf(store)
  const { id } = await plannedSweep(store, 1, 'other')
  await store.db.updateTable('sweeps').set(damage).where('id', '=', id).execute()
  await sql`drop view sweep_grid`.execute(store.db)
  const notes = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => {
    notes.mockRestore()
  })
  await (await openStore(locationOf(store), 'change')).close()
  expect(notes.mock.calls.map(([note]) => note)).toContainEqual(
    expect.stringMatching(/^other is damaged and has no views/),
  )
  await sql`delete from sweep_metrics`.execute(store.db)
  expect(await reconcileAll(store)).toContainEqual('the metrics of each sweep')
  const after = await derivedOf(store)
  expect([after.view, after.metrics]).toEqual([before.view, before.metrics])
  // What cannot be built is not said to have been.
  expect(await rebuildStaleViews(store.db)).toEqual([])
})

test.runIf(storeKind() === 'postgres')(
  'a reader that holds a view holds up neither writers nor other views',
  async () => {
    const store = await reportedStore()
    const schema = new URL(store.location).searchParams.get('schema') ?? ''
    const readers = new pg.Client(inject('postgres').url)
    await readers.connect()
    onTestFinished(() => readers.end())
    await sql.raw(replaceView.split('; ')[0] ?? '').execute(store.db)
    // A view of all stores is not replaced because one of a sweep is missing.
    await readers.query(`begin; select from ${schema}.results; select from ${schema}.progress`)
    expect(await rebuildStaleViews(store.db)).toEqual(['sweep_grid'])

    await readers.query(`select from ${schema}.sweep_grid`)
    await sql`alter view points_grid rename to points_before`.execute(store.db)
    const waiting = rebuildStaleViews(store.db).catch((error: unknown) => error)
    const isWaiting = async () => {
      const { rows } = await readers.query(
        `select from pg_locks where not granted and relation = '${schema}.sweep_grid'::regclass`,
      )
      return rows.length > 0
    }
    while (!(await isWaiting()));
    const [trial] = await trialsOf(store.db, 1)
    await store.db
      .transaction()
      .setIsolationLevel('read committed')
      .execute((transaction) =>
        transaction
          .updateTable('trials')
          .set({ worker: 1 })
          .where('id', '=', trial?.id ?? 0)
          .execute(),
      )
    expect(await isWaiting()).toBe(true)
    expect(store.setback?.(await waiting)).toMatch(/lock timeout/)
    await (await openStore(locationOf(store), 'write')).close()
    await readers.query('rollback')
    await (await openStore(locationOf(store), 'write')).close()
    expect(await rebuildStaleViews(store.db)).toEqual([])
  },
)

/** A store tells its location without its password. */
function locationOf({ location }: Store): string {
  return storeKind() === 'sqlite' ? location : `${inject('postgres').url}${new URL(location).search}`
}
