import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { acquireSweep, releaseSweep, renewSweep, thisProcess } from '../../src/store/coordinators.ts'
import { setBadHostsAside, registerHost } from '../../src/store/hosts.ts'
import { keepArtifactPlace, placeFor } from '../../src/store/artifact-place.ts'
import { cancelSweep, deleteSweep, endSweep, openSweep, sweepById } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { at, end, start } from './change-of.ts'
import { plannedSweep, storeKind, temporaryStore } from './temporary-store.ts'

const now = new Date(at)
const later = (seconds: number) => new Date(now.getTime() + 1000 * seconds)
const elsewhere = { host: 'another-host', pid: 7, process_start: '1' }

test('a sweep that was deleted while it was being started says so', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  await deleteSweep(store.db, sweep, now)
  await expect(acquireSweep(store.db, sweep.id, thisProcess(), now)).rejects.toThrow(
    'the sweep was deleted while it was being started',
  )
})

test('a sweep that a process has taken is not deleted', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  await acquireSweep(store.db, sweep.id, thisProcess(), now)
  await expect(deleteSweep(store.db, sweep, now)).rejects.toThrow(`${sweep.name} is being run by process`)
  await releaseSweep(store.db, sweep.id, thisProcess())
  expect(await deleteSweep(store.db, sweep, now)).toHaveLength(3)
})

test('cancelling leaves to the process that runs a sweep what it trains, and ends what one that is gone left', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 2)
  const [first = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(store.db, [start(first)])
  const states = async () => (await trialsOf(store.db, sweep.id)).map(({ state }) => state)
  await acquireSweep(store.db, sweep.id, elsewhere, now)

  expect(await cancelSweep(store.db, sweep.id, later(1))).toMatchObject({ cancelled: 1, runner: elsewhere })
  expect(await states()).toEqual(['running', 'cancelled'])
  expect(await cancelSweep(store.db, sweep.id, later(100))).toEqual({ cancelled: 1, runner: undefined })
  expect(await states()).toEqual(['cancelled', 'cancelled'])
})

test('a sweep is opened and its trials queued again in one step: cancelled afterwards it stays cancelled', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 2)
  await cancelSweep(store.db, sweep.id, now)
  expect(await openSweep(store.db, sweep.id, ['cancelled'])).toBe(2)
  await cancelSweep(store.db, sweep.id, later(1))
  expect(await sweepById(store.db, sweep.id)).toMatchObject({ cancelled_at: later(1).toISOString() })
  expect((await trialsOf(store.db, sweep.id)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
})

test('a limit that was raised after it was found to be reached does not end the sweep', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  await store.db.updateTable('sweeps').set({ settings: '{"budget":{"hours":2}}' }).execute()
  const ending = { reason: 'the budget of 1 hours is spent', at }
  expect(await endSweep(store.db, sweep.id, { ...ending, settings: sweep.settings })).toBe(false)
  expect(await sweepById(store.db, sweep.id)).toMatchObject({ ended_because: null })
  expect(await endSweep(store.db, sweep.id, { ...ending, settings: '{"budget":{"hours":2}}' })).toBe(true)
  expect(await endSweep(store.db, sweep.id, ending)).toBe(false)
  const ended = await store.db.selectFrom('events').select('detail').where('kind', '=', 'ended').execute()
  expect(ended).toEqual([{ detail: ending.reason }])
})

test('a process whose sweep was taken over learns it with its next beat, and gives back nothing that is not its own', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  await acquireSweep(store.db, id, elsewhere, now)
  expect(await renewSweep(store.db, id, elsewhere, later(1))).toBe(true)
  // A container that was started again has the same name and pid.
  const successor = { ...elsewhere, process_start: '2' }
  expect(await acquireSweep(store.db, id, successor, later(100))).toBeUndefined()
  expect(await renewSweep(store.db, id, elsewhere, later(101))).toBe(false)
  await releaseSweep(store.db, id, elsewhere)
  expect(await renewSweep(store.db, id, successor, later(102))).toBe(true)
})

test('of two that judge a bad host at once one sets it aside and forgives its failures', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 4)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const bad = { host: 'worker-0', pid: 7, process_start: '1' }
  const good = { host: 'worker-1', pid: 7, process_start: '1' }
  const capabilities = { workers: 1, cores: 1, tags: [], runtime: '', node: '', platform: '', processor: '' }
  for (const process of [bad, good])
    await registerHost(store.db, process, { version: '0', capabilities, at: store.now().toISOString() })
  for (const id of ids.slice(0, 3)) {
    // Queued again after its second failure: one of the two was the host's.
    await applyChanges(store.db, [start(id, 1, { process: bad }), end(id, 'queued', 1, { failed: true })])
  }
  await store.db.updateTable('trials').set({ failures: 2 }).where('id', 'in', ids.slice(0, 3)).execute()
  await store.db.updateTable('attempts').set({ state: 'failed' }).execute()
  await applyChanges(store.db, [start(ids[3] ?? 0, 1, { process: good }), end(ids[3] ?? 0, 'completed')])
  const nobody = {
    ...{ add: () => Promise.resolve(), take: () => Promise.resolve([]), done: () => Promise.resolve() },
    held: () => Promise.resolve(new Map<number, string>()),
  }
  const judged = await Promise.all([1, 2].map(() => setBadHostsAside(store.db, sweep.id, { queue: nobody, at })))
  expect(judged.flat()).toHaveLength(1)
  expect((await trialsOf(store.db, sweep.id)).map(({ failures }) => failures)).toEqual([1, 1, 1, 0])
})

test.runIf(storeKind() === 'postgres')('the place of artifacts is not moved while a process writes to it', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  await acquireSweep(store.db, sweep.id, thisProcess(), store.now())
  const choose = async () => keepArtifactPlace(store, await placeFor(store, 's3://bucket/prefix'))
  await expect(choose()).rejects.toThrow(`${sweep.name} is being run by process`)
  await releaseSweep(store.db, sweep.id, thisProcess())
  await choose()
  // The same choice again changes nothing: it may be made beside a run.
  await acquireSweep(store.db, sweep.id, thisProcess(), store.now())
  await choose()
})
