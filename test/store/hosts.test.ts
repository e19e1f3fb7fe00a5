import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { leaseEnd, leaseMs } from '../../src/store/coordinators.ts'
import {
  beatHost,
  hostsOf,
  registerHost,
  setBadHostsAside,
  setHostState,
  workersPresent,
} from '../../src/store/hosts.ts'
import type { Store } from '../../src/store/store.ts'
import { takeTurn } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { at, end, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** In a container that was started again everything but its start is as before: its name, and its pid. */
const before = { host: 'worker-0', pid: 7, process_start: '100' }
const after = { ...before, process_start: '200' }
const capabilities = { workers: 1, cores: 1, tags: [], runtime: '', node: '', platform: '', processor: '' }
const nobody = {
  ...{ add: () => Promise.resolve(), take: () => Promise.resolve([]), done: () => Promise.resolve() },
  held: () => Promise.resolve(new Map<number, string>()),
}

function register(store: Store, process: typeof before): Promise<number> {
  return registerHost(store.db, process, { version: '0.1.0', capabilities, at: store.now().toISOString() })
}

test('a process that took the place of another renews no lease of that one', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 2)
  const [lost = 0, own = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const id = await register(store, after)
  await applyChanges(store.db, [start(lost, 1, { process: before }), start(own, 1, { process: after })])

  const now = new Date('2026-01-01T00:01:00.000Z')
  await beatHost(store.db, id, after, now)

  const leases = (await trialsOf(store.db, sweep.id)).map(({ lease_expires_at }) => lease_expires_at)
  expect(leases).toEqual([at, leaseEnd(now)])
})

test('a host that was set aside is asked again once it is started again', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 5)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const elsewhere = { host: 'worker-1', pid: 7, process_start: '1' }
  for (const process of [before, elsewhere]) await register(store, process)
  for (const id of ids.slice(0, 3)) {
    await applyChanges(store.db, [start(id, 1, { process: before }), end(id, 'failed', 1, { failed: true })])
  }
  await applyChanges(store.db, [start(ids[3] ?? 0, 1, { process: elsewhere }), end(ids[3] ?? 0, 'completed')])
  const aside = () => setBadHostsAside(store.db, sweep.id, { queue: nobody, at })
  expect(await aside()).toMatchObject([{ name: 'worker-0' }])

  await register(store, after)
  const last = ids[4] ?? 0
  await applyChanges(store.db, [start(last, 1, { process: after }), end(last, 'failed', 1, { failed: true })])
  expect(await aside()).toEqual([])
  expect((await trialsOf(store.db, sweep.id)).map(({ state }) => state)).toEqual([
    ...['queued', 'queued', 'queued', 'completed', 'failed'],
  ])
  expect((await hostsOf(store.db)).map(({ state }) => state)).toEqual(['active', 'active', 'set aside'])
})

test('a host that is silent for two leases is lost for all who look, and there again with its next beat', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 4)
  const elsewhere = { host: 'worker-1', pid: 7, process_start: '1' }
  const [id, other, third] = [
    await register(store, before),
    await register(store, elsewhere),
    await register(store, { ...elsewhere, process_start: '2' }),
  ]
  await setHostState(store.db, other, 'set aside')
  await setHostState(store.db, third, 'draining')
  const silentFor = (ms: number) => new Date(store.now().getTime() - ms)
  const states = async () => (await hostsOf(store.db)).map(({ name, state, reason }) => [name, state, reason])
  // Without anything written: this is what the rows say.
  const asked = async () => (await store.query('select name, state, reason from hosts order by id')).rows

  const [recent, late] = [silentFor(2 * leaseMs - 10_000), silentFor(2 * leaseMs + 1)]
  for (const [host, process] of [
    [id, before],
    [other, elsewhere],
    [third, elsewhere],
  ] as const) {
    await beatHost(store.db, host, process, recent)
  }
  expect(await states()).toEqual([
    ['worker-0', 'active', null],
    ['worker-1', 'draining', null],
    ['worker-1', 'set aside', null],
  ])
  expect(await workersPresent(store.db)).toBe(1)
  for (const host of [id, other, third]) await beatHost(store.db, host, before, late)
  const silent = `no sign of life since ${late.toISOString()}`
  expect(await states()).toEqual([
    ['worker-1', 'set aside', null],
    ['worker-0', 'lost', silent],
    ['worker-1', 'lost', silent],
  ])
  expect(await asked()).toMatchObject([
    { name: 'worker-0', state: 'lost', reason: silent },
    { name: 'worker-1', state: 'set aside', reason: null },
    { name: 'worker-1', state: 'lost', reason: silent },
  ])
  expect(await workersPresent(store.db)).toBe(0)

  expect(await beatHost(store.db, id, before, store.now())).toEqual({ state: 'active', reason: null })
  expect(await beatHost(store.db, other, elsewhere, store.now())).toMatchObject({ state: 'set aside' })
  expect(await states()).toContainEqual(['worker-0', 'active', null])
  expect(await setBadHostsAside(store.db, sweep.id, { queue: nobody, at })).toEqual([])
})

test('what fails everywhere, while another sweep is trained elsewhere, is no fault of the host', async () => {
  const store = await temporaryStore()
  const [broken, sound] = [await plannedSweep(store, 4), await plannedSweep(store, 2, 'sound')]
  const elsewhere = { host: 'worker-1', pid: 7, process_start: '1' }
  for (const process of [before, elsewhere]) await register(store, process)
  const ids = (await trialsOf(store.db, broken.id)).map(({ id }) => id)
  const complete = async (id = 0) =>
    applyChanges(store.db, [start(id, 1, { process: elsewhere }), end(id, 'completed')])
  for (const id of ids.slice(0, 3)) {
    await applyChanges(store.db, [start(id, 1, { process: before }), end(id, 'failed', 1, { failed: true })])
  }
  await complete((await trialsOf(store.db, sound.id))[0]?.id)
  expect(await setBadHostsAside(store.db, broken.id, { queue: nobody, at })).toEqual([])
  await complete(ids[3])
  expect(await setBadHostsAside(store.db, broken.id, { queue: nobody, at })).toMatchObject([{ name: 'worker-0' }])
})

test('however many look after a sweep, one does each period', async () => {
  const store = await temporaryStore()
  const [sweep, another] = [await plannedSweep(store), await plannedSweep(store, 1, 'another')]
  const all = async (seconds: number, { id } = sweep) => {
    const now = new Date(Date.parse(at) + 1_000 * seconds)
    const turns = await Promise.all(Array.from({ length: 20 }, () => takeTurn(store.db, id, { now, ms: 5_000 })))
    return turns.filter(Boolean).length
  }
  expect([await all(0), await all(4), await all(5), await all(9), await all(12)]).toEqual([1, 0, 1, 0, 1])
  expect(await all(12, another)).toBe(1)
})
