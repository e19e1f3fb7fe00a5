import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'

import { SimulatedWorkers } from '../../bench/cluster/simulated-workers.ts'
import { carriedArtifacts } from '../../src/artifacts/carried.ts'
import { openArtifacts } from '../../src/artifacts/open.ts'
import type { ArtifactPlace } from '../../src/artifacts/place.ts'
import { postgresPlace } from '../../src/artifacts/postgres.ts'
import { sharedFolder } from '../../src/artifacts/shared-folder.ts'
import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { ProgramFiles } from '../../src/programs/program-files.ts'
import { trainShared } from '../../src/run/train-shared.ts'
import { enqueue } from '../../src/store/enqueue.ts'
import { openStore } from '../../src/store/open.ts'
import { progressOf } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { WorkerPool } from '../../src/workers/pool.ts'
import { plannedSweep, postgresLocation, temporaryFolder } from '../store/temporary-store.ts'
import { ignoring, plainSettings } from './plain.ts'

test('a worker that is free takes a trial that comes to wait while another trains', async () => {
  const store = await openStore(postgresLocation(), 'write')
  const shared = await store.openQueue?.()
  onTestFinished(async () => {
    await shared?.close()
    await store.close()
  })
  const sweep = await plannedSweep(store, 2)
  const queue = await shared?.of(sweep.id)
  if (queue === undefined) throw new Error('a store on a server has a queue')
  const [first, second] = await trialsOf(store.db, sweep.id)
  const add = (id: number | undefined) =>
    store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweep.id, { ids: [id ?? 0] }))
  await add(first?.id)

  // The first goes on until the second has begun.
  let begun: () => void = () => undefined
  const secondBegins = new Promise<void>((resolve) => (begun = resolve))
  const program = {
    async train({ params: { depth } }: { readonly params: Readonly<Record<string, unknown>> }) {
      if (depth === 2) begun()
      else await Promise.all([add(second?.id), secondBegins])
    },
  }
  const taken = await trainShared({
    ...{
      store,
      sweep,
      settings: plainSettings,
      files: new ProgramFiles(undefined, '/'),
      queue,
      telling: [],
      artifacts: sharedFolder(openArtifacts('/nowhere')),
      workers: 2,
    },
    ...{ datasets: new TrialDatasets(null), pool: new SimulatedWorkers(program, 2, 0) },
    observer: ignoring,
    ...{ isOver: () => false, isCancelled: () => false, signal: new AbortController().signal },
  })
  expect(taken).toBe(2)
  expect(await progressOf(store.db, sweep.id)).toMatchObject({ completed: 2 })
}, 20_000)

const reporting = 'export default { train: ({ report }) => report({ epoch: 1, loss: 0 }) }'

/** A program that links to a file of its host, and goes on with its folder on another. */
const linking = `
  import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
  export default {
    async train({ folder, params, report }) {
      if (params.depth > 1 || existsSync(folder + '/data')) return report({ epoch: 2, loss: 0 })
      mkdirSync(folder, { recursive: true })
      symlinkSync('/etc/hostname', folder + '/link')
      writeFileSync(folder + '/data', '')
      await report({ epoch: 1, loss: 0 })
      throw new Error('a fault of its own')
    },
  }`

/** Two hosts on one store, each with a place for its artifacts, and a sweep of two trials of which the first is bad. */
async function twoHosts({ change = (place: ArtifactPlace) => place, source = reporting } = {}) {
  const store = await openStore(postgresLocation(), 'write')
  const shared = await store.openQueue?.()
  onTestFinished(async () => {
    await shared?.close()
    await store.close()
  })
  const sweep = await plannedSweep(store, 2)
  const queue = await shared?.of(sweep.id)
  if (queue === undefined) throw new Error('a store on a server has a queue')
  const trials = await trialsOf(store.db, sweep.id)
  const [bad, good] = trials.map(({ id }) => id) as [number, number]
  const module = join(temporaryFolder(), 'program.mjs')
  writeFileSync(module, source)
  const host = async () => {
    const artifacts = carriedArtifacts(change(postgresPlace(store)), openArtifacts(temporaryFolder()))
    const pool = new WorkerPool([[]], process.env)
    return trainShared({
      ...{ store, sweep, queue, artifacts, telling: [], workers: 1, files: new ProgramFiles(undefined, '/') },
      settings: { ...plainSettings, program: { module }, retries: 1 },
      ...{ datasets: new TrialDatasets(null), pool, observer: ignoring },
      ...{ isOver: () => false, isCancelled: () => false, signal: new AbortController().signal },
    }).finally(() => pool.close())
  }
  const enqueueAll = () =>
    store.db.transaction().execute((transaction) => enqueue(transaction, queue, sweep.id, { ids: [bad, good] }))
  /** Both hosts take turns until nothing waits. */
  const trainAll = async () => {
    await enqueueAll()
    for (let left = 2; left > 0;) {
      await Promise.all([host(), host()])
      const { queued, running } = await progressOf(store.db, sweep.id)
      left = queued + running
    }
    const attempts = await store.db
      .selectFrom('attempts')
      .select(['trial_id', 'state', 'error'])
      .orderBy('trial_id')
      .orderBy('attempt')
      .execute()
    return {
      states: (await trialsOf(store.db, sweep.id)).map(({ state }) => state),
      errors: attempts.filter(({ trial_id }) => trial_id === bad).map(({ error }) => error),
    }
  }
  /** As after an attempt of another host, which left these artifacts. */
  const leave = async (...names: readonly string[]) => {
    await store.db.updateTable('trials').set({ attempt: 1 }).where('id', '=', bad).execute()
    for (const name of names) {
      await store.db
        .insertInto('artifacts')
        .values({
          ...{ trial_id: bad, epoch: 1, kind: name.endsWith('.tar') ? 'folder' : 'checkpoint', name },
          ...{ bytes: 7, sha256: '0'.repeat(64), created_at: '2026-01-01T00:00:00.000Z' },
        })
        .execute()
    }
  }
  return { store, bad, trainAll, leave }
}

describe('a trial that cannot be prepared, loaded or kept', () => {
  test('fails by its own parameters, as often as it may, and ends neither host', async () => {
    const { store, bad, trainAll } = await twoHosts()
    await store.db.updateTable('trials').set({ params: '{"depth": 1' }).where('id', '=', bad).execute()
    const { states, errors } = await trainAll()
    expect(states).toEqual(['failed', 'completed'])
    expect(errors).toHaveLength(2)
    for (const error of errors) expect(error).toMatch(/^it could not be prepared on this host: .*JSON/)
  }, 60_000)

  test('fails where its checkpoint cannot be fetched for a reason that no waiting mends', async () => {
    const denied = (place: ArtifactPlace): ArtifactPlace => ({
      ...place,
      get: () => Promise.reject(Object.assign(new Error('Access Denied'), { name: 'AccessDenied' })),
    })
    const { trainAll, leave } = await twoHosts({ change: denied })
    await leave('trial-1/attempt-1-epoch-1.safetensors')
    const { states, errors } = await trainAll()
    expect(states).toEqual(['failed', 'completed'])
    expect(errors).toEqual(Array(2).fill('it could not be prepared on this host: Access Denied'))
  }, 60_000)

  test('fails where what it reports cannot be kept', async () => {
    const { store, bad, trainAll } = await twoHosts()
    // A rule of the database's own that refuses the rows of one trial.
    await sql`alter table metrics add constraint refused check (trial_id <> ${sql.lit(bad)})`.execute(store.db)
    const { states, errors } = await trainAll()
    expect(states).toEqual(['failed', 'completed'])
    expect(errors).toHaveLength(2)
    for (const error of errors) expect(error).toMatch(/^its report could not be kept: .*refused/)
  }, 60_000)

  test('goes on elsewhere with its folder, without the absolute link in it', async () => {
    const { store, trainAll } = await twoHosts({ source: linking })
    const { states, errors } = await trainAll()
    expect(states).toEqual(['completed', 'completed'])
    expect(errors).toEqual(['a fault of its own', null])
    const { detail } = await store.db
      .selectFrom('events')
      .select('detail')
      .where('kind', '=', 'warning')
      .executeTakeFirstOrThrow()
    expect(detail).toBe(
      'does not follow it to other hosts: link (it is a link out of the folder, to /etc/hostname; ' +
        'link to a file in the folder, or copy it there)',
    )
  }, 60_000)

  test('goes on without artifacts whose names lead out of the folder', async () => {
    const { trainAll, leave } = await twoHosts()
    await leave('../../trial-1/attempt-1-folder-9.tar', 'trial-1/../../attempt-1-epoch-1.safetensors')
    const { states, errors } = await trainAll()
    expect(states).toEqual(['completed', 'completed'])
    expect(errors).toEqual([null])
  }, 60_000)
})
