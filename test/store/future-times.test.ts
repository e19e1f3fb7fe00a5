import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { acquireSweep, leaseEnd, leaseMs } from '../../src/store/coordinators.ts'
import { shortenFutureTimes } from '../../src/store/future-times.ts'
import { beatHost, hostsOf, registerHost } from '../../src/store/hosts.ts'
import { anyExpired } from '../../src/store/lost-trials.ts'
import { takeTurn } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { endedSince, lookFrom } from '../../src/store/watched.ts'
import { end, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const gone = { host: 'worker-0', pid: 7, process_start: '100' }
const alive = { host: 'worker-1', pid: 8, process_start: '200' }
const capabilities = { workers: 1, cores: 1, tags: [], runtime: '', node: '', platform: '', processor: '' }

/** A store in which two hosts train a trial each, and a clock that is set back by an hour then. */
async function setBack() {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 2)
  const [first = 0, second = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const now = store.now()
  const before = new Date(now.getTime() + 3_600_000)
  const hosts = [gone, alive].map((process) =>
    registerHost(store.db, process, { version: '0.1.0', capabilities, at: before.toISOString() }),
  )
  const [, aliveId = 0] = await Promise.all(hosts)
  for (const [id, process] of [
    [first, gone],
    [second, alive],
  ] as const) {
    await applyChanges(store.db, [start(id, 1, { process, leaseExpiresAt: leaseEnd(before) })])
  }
  const afterOneLease = new Date(now.getTime() + leaseMs)
  return { store, sweep, ids: [first, second] as const, now, before, aliveId, afterOneLease }
}

test('a clock that is set back keeps trials of a host that is gone for one lease, and takes none of another', async () => {
  const { store, sweep, ids, now, aliveId, afterOneLease } = await setBack()
  await shortenFutureTimes(store.db, now)
  expect(await anyExpired(store.db, sweep.id, now.toISOString())).toBe(false)
  await beatHost(store.db, aliveId, alive, afterOneLease)
  expect(await anyExpired(store.db, sweep.id, afterOneLease.toISOString())).toBe(true)
  const leases = (await trialsOf(store.db, sweep.id)).map(({ id, lease_expires_at }) => [id, lease_expires_at])
  expect(leases).toEqual([
    [ids[0], leaseEnd(now)],
    [ids[1], leaseEnd(afterOneLease)],
  ])
})

test('hosts are judged by heartbeats since the clock was set back', async () => {
  const { store, now } = await setBack()
  await shortenFutureTimes(store.db, now)
  expect((await hostsOf(store.db)).map(({ heartbeat_at, expires_at }) => [heartbeat_at, expires_at])).toEqual(
    Array(2).fill([now.toISOString(), new Date(now.getTime() + 2 * leaseMs).toISOString()]),
  )
})

test('a sweep can be taken one lease after the clock was set back, and not before', async () => {
  const { store, sweep, now, before, afterOneLease } = await setBack()
  expect(await acquireSweep(store.db, sweep.id, gone, before)).toBeUndefined()
  await shortenFutureTimes(store.db, now)
  expect(await acquireSweep(store.db, sweep.id, alive, now)).toMatchObject(gone)
  expect(await acquireSweep(store.db, sweep.id, alive, afterOneLease)).toBeUndefined()
})

test('a clock that is set back stops no one from looking after a sweep', async () => {
  const { store, sweep, now, before } = await setBack()
  expect(await takeTurn(store.db, sweep.id, { now: before, ms: 5_000 })).toBe(true)
  expect(await takeTurn(store.db, sweep.id, { now, ms: 5_000 })).toBe(true)
  expect(await takeTurn(store.db, sweep.id, { now, ms: 5_000 })).toBe(false)
})

test('who watches sees trials that end after the clock was set back, and those of before no second time', async () => {
  const { store, sweep, ids, now, before } = await setBack()
  const [early, late] = [before.toISOString(), now.toISOString()]
  await applyChanges(store.db, [end(ids[0], 'completed', 1, { at: early })])
  const seen = await endedSince(store.db, sweep.id, { since: early, now: before })
  expect(seen.map(({ id }) => id)).toEqual([ids[0]])
  await applyChanges(store.db, [end(ids[1], 'completed', 1, { at: late })])
  const since = lookFrom(early, now)
  expect((await endedSince(store.db, sweep.id, { since, now })).map(({ id }) => id)).toEqual([ids[1]])
})
