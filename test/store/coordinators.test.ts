import { hostname } from 'node:os'

import { expect, test } from 'vitest'

import { acquireSweep, liveCoordinator, releaseSweep, thisProcess } from '../../src/store/coordinators.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const now = new Date('2026-01-01T00:00:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const elsewhere = { host: 'another-host', pid: 7, process_start: '1' }

test('a sweep belongs to the process that took it, until that gives it back', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  expect(await acquireSweep(store.db, id, thisProcess(), now)).toBeUndefined()
  expect(await acquireSweep(store.db, id, elsewhere, now)).toMatchObject({ pid: process.pid, host: hostname() })
  await releaseSweep(store.db, id, thisProcess())
  expect(await acquireSweep(store.db, id, elsewhere, now)).toBeUndefined()
})

test('the sweep of a process that died is free at once', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  const dead = { host: hostname(), pid: 2 ** 22 + 1, process_start: '' }
  expect(await acquireSweep(store.db, id, dead, now)).toBeUndefined()
  expect(await acquireSweep(store.db, id, thisProcess(), now)).toBeUndefined()
})

test('a later process with the same pid is not taken for the one that died', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  await acquireSweep(store.db, id, { ...thisProcess(), process_start: 'long ago' }, now)
  expect(await acquireSweep(store.db, id, thisProcess(), now)).toBeUndefined()
})

test('a coordinator on another host counts as gone after half a minute of silence', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  await acquireSweep(store.db, id, elsewhere, now)
  expect(await liveCoordinator(store.db, id, later(29))).toMatchObject(elsewhere)
  expect(await acquireSweep(store.db, id, thisProcess(), later(29))).toMatchObject(elsewhere)
  expect(await acquireSweep(store.db, id, thisProcess(), later(31))).toBeUndefined()
})

test('a clock that jumps takes no sweep from a process of the same host', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  await acquireSweep(store.db, id, thisProcess(), now)
  const other = { ...thisProcess(), pid: process.ppid, process_start: 'another' }
  for (const jump of [-86_400, -3_600, 3_600, 86_400]) {
    expect(await acquireSweep(store.db, id, other, later(jump))).toMatchObject(thisProcess())
  }
})
