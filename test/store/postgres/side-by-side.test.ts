import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'

import { SwathError } from '../../../src/errors.ts'
import { applyChanges } from '../../../src/store/changes.ts'
import { acquireSweep, liveCoordinator } from '../../../src/store/coordinators.ts'
import { takeBackLost } from '../../../src/store/lost-trials.ts'
import { allMigrations, schemaState } from '../../../src/store/migrate.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Store } from '../../../src/store/store.ts'
import { defineSweepView } from '../../../src/store/sweep-view.ts'
import { deleteSweep, sweepProgress } from '../../../src/store/sweeps.ts'
import { attemptsOf, metricsOf, trialById, trialsOf } from '../../../src/store/trials.ts'
import { at, report, start } from '../change-of.ts'
import { plannedSweep, postgresLocation } from '../temporary-store.ts'

async function opened(location: string, access: 'write' | 'change' = 'change'): Promise<Store> {
  const store = await openStore(location, access)
  onTestFinished(() => store.close())
  return store
}

/** A store as two processes have it. */
async function twoOfOne(trials = 3) {
  const location = postgresLocation()
  const store = await opened(location, 'write')
  const sweep = await plannedSweep(store, trials)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  return { store, other: await opened(location), sweep, ids, location }
}

/** Resolves when a statement of somebody's waits for a lock. */
async function somebodyWaits({ db }: Store): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      select from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where not l.granted and a.datname = current_database()`.execute(db)
    if (rows.length > 0) return
  }
}

const seedIn = ({ db }: Pick<Store, 'db'>) => db.selectFrom('sweeps').select('seed').executeTakeFirstOrThrow()

test('what a transaction has read is true until it ends: who trains waits', async () => {
  const { store, other, sweep, ids } = await twoOfOne()
  const [id = 0] = ids
  let isStarted = false
  let started: Promise<unknown> = Promise.resolve()
  await store.db.transaction().execute(async (transaction) => {
    started = applyChanges(other.db, [start(id)]).then(() => (isStarted = true))
    await somebodyWaits(store)
    await takeBackLostIn(transaction)
    expect(isStarted).toBe(false)
  })
  await started
  expect(await trialById(store.db, id)).toMatchObject({ state: 'running', attempt: 1 })
  await takeBackLost(store.db, sweep.id, { limit: 3, at })
  expect(await trialById(store.db, id)).toMatchObject({ state: 'queued' })

  async function takeBackLostIn(db: Store['db']) {
    expect(await db.selectFrom('trials').select('id').where('state', '=', 'running').execute()).toEqual([])
  }
})

test('those who train write side by side, and a trial is taken once', async () => {
  const { store, other, ids } = await twoOfOne(40)
  const [first = 0] = ids
  await store.db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await transaction.updateTable('trials').set({ worker: 1 }).where('id', '=', first).execute()
      // Another trial's, while this one is not written yet.
      await applyChanges(other.db, [start(ids[1] ?? 0)])
    })
  const taken = await Promise.all(
    ids.slice(2).flatMap((id) => [applyChanges(store.db, [start(id)]), applyChanges(other.db, [start(id)])]),
  )
  expect(taken.filter(({ size }) => size === 1)).toHaveLength(ids.length - 2)
  for (const id of ids.slice(2)) expect(await attemptsOf(store.db, id)).toHaveLength(1)
})

test('groups that write to the same trials in different orders all end', async () => {
  const { store, other, ids } = await twoOfOne(20)
  await applyChanges(
    store.db,
    ids.map((id) => start(id)),
  )
  const write = async (db: Store['db'], order: readonly number[], from: number) => {
    for (let epoch = from; epoch < from + 5; epoch++) {
      const changes = order.map((id) => report(id, { epoch, loss: epoch }))
      for (;;) {
        try {
          await applyChanges(db, changes)
          break
        } catch (error) {
          // As a run has it: who was chosen to give way tries again.
          if ((store.obstacle(error) ?? store.setback?.(error)) === undefined) throw error
        }
      }
    }
  }
  await Promise.all([write(store.db, ids, 1), write(other.db, ids.toReversed(), 6)])
  for (const id of ids) expect(await metricsOf(store.db, id)).toHaveLength(10)
})

test('a read-only transaction sees one moment, and keeps nobody from writing', async () => {
  const { store, other } = await twoOfOne()
  const seeds = await store.db
    .transaction()
    .setAccessMode('read only')
    .execute(async (db) => {
      const before = await seedIn({ db })
      await other.db.updateTable('sweeps').set({ seed: 7 }).execute()
      return [before, await seedIn({ db })]
    })
  expect(seeds).toEqual([{ seed: 0 }, { seed: 0 }])
})

test('of many that take a sweep at once one has it', async () => {
  const { store, other, sweep } = await twoOfOne()
  const now = new Date(at)
  const taken = await Promise.all(
    Array.from({ length: 20 }, (_, k) => {
      const coordinator = { host: 'another-host', pid: k + 1, process_start: '1' }
      return acquireSweep((k % 2 === 0 ? store : other).db, sweep.id, coordinator, now)
    }),
  )
  expect(taken.filter((holder) => holder === undefined)).toHaveLength(1)
  const holder = await liveCoordinator(store.db, sweep.id, now)
  expect(taken.filter((seen) => seen !== undefined).every(({ pid }) => pid === holder?.pid)).toBe(true)
})

test('a sweep is deleted or taken, never both', async () => {
  const { store, other } = await twoOfOne()
  for (let k = 0; k < 10; k++) {
    const sweep = await plannedSweep(store, 2, `sweep-${k}`)
    const coordinator = { host: 'another-host', pid: 1, process_start: '1' }
    const [deleted, taken] = await Promise.allSettled([
      deleteSweep(store.db, sweep, new Date(at)),
      acquireSweep(other.db, sweep.id, coordinator, new Date(at)),
    ])
    expect([deleted.status, taken.status].sort(), `${k}`).toEqual(['fulfilled', 'rejected'])
    if (deleted.status === 'rejected') expect(deleted.reason).toMatchObject({ code: 'sweep-busy' })
  }
})

test('a view that somebody reads is not waited for, and others write meanwhile', async () => {
  const { store, other, sweep, ids } = await twoOfOne()
  await defineSweepView(store.db, sweep, ['depth'], [])
  const reading = store.query('select pg_sleep(20), t.* from sweep_grid t', { timeoutMs: 4_000 })
  const answer = expect(reading).rejects.toThrow('not answered within 4 s')
  await somebodyReads(other)
  const defined = defineSweepView(other.db, sweep, ['depth'], ['loss'])
  await applyChanges(other.db, [start(ids[0] ?? 0)])
  const error: unknown = await defined.catch((reason: unknown) => reason)
  expect(store.setback?.(error)).toBe('canceling statement due to lock timeout')
  await answer
  await defineSweepView(other.db, sweep, ['depth'], ['loss'])
  expect((await store.query('select depth, loss from sweep_grid')).rows).toHaveLength(3)
})

/** Resolves when somebody's question is being answered. */
async function somebodyReads({ db }: Store): Promise<void> {
  for (;;) {
    const { rows } =
      await sql`select from pg_stat_activity where query like '%pg_sleep(20), t.*%' and pid <> pg_backend_pid()
      and state = 'active'`.execute(db)
    if (rows.length > 0) return
  }
}

const opener = `
  import { openStore } from '${new URL('../../../src/store/open.ts', import.meta.url).href}'
  const store = await openStore(process.env.STORE, 'write')
  await store.close()
`

test('processes that open a new store at the same time make it once', async () => {
  const location = postgresLocation()
  const codes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const env = { ...process.env, STORE: location }
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', opener], {
        ...{ env, stdio: 'inherit' },
      })
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    }),
  )
  expect(codes).toEqual([0, 0, 0, 0])
  const store = await opened(location)
  expect(await schemaState(store.db)).toEqual({ applied: Object.keys(allMigrations), pending: [], unknown: [] })
})

test('a store from a newer swath is refused politely', async () => {
  const { store, location } = await twoOfOne()
  await sql`insert into kysely_migration values ('0999-from-the-future', '2030-01-01')`.execute(store.db)
  const again = openStore(location, 'write')
  await expect(again).rejects.toThrow(/was written by a newer swath \(its schema has 0999-from-the-future\)/)
  await expect(again).rejects.toBeInstanceOf(SwathError)
})

test('half a store, and a schema of another program, are refused and left as they were', async () => {
  const { store, location } = await twoOfOne()
  await sql`drop table kysely_migration`.execute(store.db)
  await expect(openStore(location, 'write')).rejects.toThrow('is half a store')
  expect(await sweepProgress(store.db)).toHaveLength(1)
  for (const name of ['trials', 'superseded_metrics', 'sweep_metrics']) {
    await sql`alter table ${sql.id(name)} rename to ${sql.id(`${name}_of_another_program`)}`.execute(store.db)
  }
  await expect(openStore(location, 'write')).rejects.toThrow("is a database, but not one of swath's")
  const { rows } = await sql`select 1 from trials_of_another_program`.execute(store.db)
  expect(rows.length).toBeGreaterThan(0)
})

test('tables of the same names elsewhere in the database are nobody’s business', async () => {
  const { store } = await twoOfOne()
  const second = await opened(postgresLocation(), 'write')
  expect(await sweepProgress(second.db)).toEqual([])
  const tables = await store.db.introspection.getTables()
  expect(tables.filter(({ name }) => name === 'sweeps')).toHaveLength(1)
})

test('an overlooked error does not pass for a commit', async () => {
  const { store } = await twoOfOne()
  const failing = store.db.transaction().execute(async (transaction) => {
    await sql`select 1 / 0`.execute(transaction).catch(() => undefined)
  })
  await expect(failing).rejects.toThrow('it was rolled back')
})

test('a text with a NUL in it, as a command may print, is kept without it', async () => {
  const { store, sweep } = await twoOfOne()
  const event = { type: 'event', sweepId: sweep.id, trialId: null, kind: 'warning', detail: 'a\0b', at } as const
  await applyChanges(store.db, [event])
  expect(await store.db.selectFrom('events').select('detail').where('kind', '=', 'warning').execute()).toEqual([
    { detail: 'a\ufffdb' },
  ])
})
