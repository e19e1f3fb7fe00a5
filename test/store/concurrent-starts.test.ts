import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'

import { expect, onTestFinished, test } from 'vitest'

import { openStore } from '../../src/store/open.ts'
import { createSweep, findOrCreateSweep } from '../../src/store/sweeps.ts'
import type { NewTrial } from '../../src/store/trials.ts'
import { postgresLocation, storeKind, temporaryFolder } from './temporary-store.ts'

const sweep = {
  ...{ name: 'a', file_name: 'a', description: null, method: 'grid', program: 'mlp', seed: 0, cancelled_at: null },
  ...{ definition: '{}', settings: '{}', source: '', source_path: 'a.yaml', created_at: '2026-01-01T00:00:00.000Z' },
}
const trials: NewTrial[] = [1, 2, 3, 4, 5].map((x) => ({ number: x, params: `{"x":${x}}`, repeat: 0, seed: x }))

type How = 'findOrCreateSweep' | 'createSweep'

/**
 * What a thread does: opens its connections, waits until all threads have, then starts the sweep over each. SQLite waits
 * for a lock with the whole thread: in one thread no two connections could be in a transaction.
 */
const thread = `
const { parentPort, workerData: { built, location, count, how, sweep, trials } } = require('node:worker_threads')
const start = async () => {
  const { openStore } = await import(built + 'open.js')
  const sweeps = await import(built + 'sweeps.js')
  const stores = []
  while (stores.length < count) stores.push(await openStore(location, 'write'))
  parentPort.postMessage('open')
  await new Promise((resolve) => parentPort.once('message', resolve))
  const started = []
  for (const { db } of stores) {
    const made = await sweeps[how](db, sweep, trials)
    started.push(made.sweep ?? made)
  }
  for (const store of stores) await store.close()
  parentPort.postMessage(started)
}
start()
`
/** Connections of a thread. */
const perThread = 5

interface Started {
  readonly name: string
  readonly generation: number
}

/** Starts the sweep over so many connections at once, in a store that is not there yet; returns what each got. */
function startAtOnce(location: string, count: number, how: How): Promise<Started[]> {
  return storeKind() === 'postgres' ? onServer(location, count, how) : inThreads(location, count, how)
}

async function inThreads(location: string, count: number, how: How): Promise<Started[]> {
  const built = new URL(`file://${resolve('dist/src/store')}/`).href
  const workerData = { built, location, count: perThread, how, sweep, trials }
  const workers = Array.from({ length: count / perThread }, () => new Worker(thread, { eval: true, workerData }))
  const next = (worker: Worker) =>
    new Promise<Started[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  await Promise.all(workers.map(next))
  const started = workers.map(next)
  for (const worker of workers) worker.postMessage('start')
  return (await Promise.all(started)).flat()
}

/** A server has a hundred connections: fewer than that are open, and those that wait for one have not begun. */
async function onServer(location: string, count: number, how: How): Promise<Started[]> {
  const stores = await Promise.all(Array.from({ length: 10 }, () => openStore(location, 'write')))
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()))
  })
  return Promise.all(
    Array.from({ length: count }, async (_, k) => {
      const { db } = stores[k % stores.length] ?? expect.fail()
      return how === 'createSweep' ? createSweep(db, sweep, trials) : (await findOrCreateSweep(db, sweep, trials)).sweep
    }),
  )
}

async function contentsOf(location: string) {
  const store = await openStore(location, 'read')
  onTestFinished(() => store.close())
  const sweeps = await store.db.selectFrom('sweeps').select(['name', 'generation']).orderBy('id').execute()
  const planned = await store.db.selectFrom('trials').select('id').execute()
  return { sweeps, trials: planned.length }
}

function newLocation(): string {
  return storeKind() === 'postgres' ? postgresLocation() : `sqlite:${join(temporaryFolder(), 'swath.db')}`
}

test('a new file that is started 100 times at once, in a store that is new too, is one sweep', async () => {
  const location = newLocation()
  const started = await startAtOnce(location, 100, 'findOrCreateSweep')
  expect(new Set(started.map(({ name }) => name))).toEqual(new Set(['a']))
  expect(await contentsOf(location)).toEqual({ sweeps: [{ name: 'a', generation: 1 }], trials: 5 })
})

test('of starts that each want a new sweep every one gets its own name and generation', async () => {
  const location = newLocation()
  const started = await startAtOnce(location, 20, 'createSweep')
  const names = ['a', ...Array.from({ length: 19 }, (_, k) => `a-${k + 2}`)]
  expect(started.map(({ name }) => name).sort()).toEqual([...names].sort())
  const { sweeps, trials: planned } = await contentsOf(location)
  expect(sweeps).toEqual(names.map((name, k) => ({ name, generation: k + 1 })))
  expect(planned).toBe(100)
})

test('the database itself refuses a second sweep of one generation', async () => {
  const store = await openStore(newLocation(), 'write')
  onTestFinished(() => store.close())
  await createSweep(store.db, sweep, trials)
  const twin = { ...sweep, name: 'b', view_name: 'sweep_b', generation: 1 }
  await expect(store.db.insertInto('sweeps').values(twin).execute()).rejects.toThrow(/unique/i)
})
