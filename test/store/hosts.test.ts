import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { leaseEnd } from '../../src/store/coordinators.ts'
import { beatHost, hostsOf, registerHost, setBadHostsAside } from '../../src/store/hosts.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { at, end, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** In a container that was started again everything but its start is as before: its name, and its pid. */
const before = { host: 'worker-0', pid: 7, process_start: '100' }
const after = { ...before, process_start: '200' }
const capabilities = { workers: 1, cores: 1, tags: [], runtime: '', node: '', platform: '', processor: '' }
const nobody = { add: () => Promise.resolve(), take: () => Promise.resolve([]), done: () => Promise.resolve() }

function register(store: Store, process: typeof before): Promise<number> {
  return registerHost(store.db, process, { version: '0.1.0', capabilities, at })
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
