import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import {
  acquireSweep,
  leaseMs,
  liveCoordinator,
  pipeFolder,
  releaseSweep,
  thisProcess,
} from '../../src/store/coordinators.ts'
import { otherProcess } from './other-process.ts'
import { locatedStore, plannedSweep, temporaryStore } from './temporary-store.ts'

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

test('the sweep of a process that was killed is free at once, also for a later process with its pid', async () => {
  const { store, location } = await locatedStore()
  const { id } = await plannedSweep(store)
  const other = await otherProcess(location, id)
  expect(other.holder).toBeUndefined()
  expect(await acquireSweep(store.db, id, thisProcess(), new Date())).toMatchObject(other.self)
  await other.kill()
  await store.db.updateTable('coordinators').set({ pid: process.pid }).execute()
  expect(await liveCoordinator(store.db, id, new Date())).toBeUndefined()
  expect(await acquireSweep(store.db, id, thisProcess(), new Date())).toBeUndefined()
})

test('a process that is stopped keeps its sweep, however long it is silent', async () => {
  const { store, location } = await locatedStore()
  const { id } = await plannedSweep(store)
  const other = await otherProcess(location, id)
  other.child.kill('SIGSTOP')
  const muchLater = new Date(Date.now() + 1_000 * leaseMs)
  expect(await acquireSweep(store.db, id, thisProcess(), muchLater)).toMatchObject(other.self)
  await other.kill()
  expect(await acquireSweep(store.db, id, thisProcess(), new Date())).toBeUndefined()
})

test('another user can ask whether a process runs, and cannot make it look alive', async () => {
  const { store, location } = await locatedStore()
  const { id } = await plannedSweep(store)
  const other = await otherProcess(location, id)
  const pipe = join(await pipeFolder(store.db), other.self.process_start)
  expect((statSync(pipe).mode & 0o777).toString(8)).toBe('622')
  await other.kill()
})

const namespace = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const reason = refusal()

/** Why there can be no second PID namespace here. */
function refusal(): string | undefined {
  const [command, ...args] = [...namespace, 'true'] as const
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

test.skipIf(reason !== undefined)(
  `each of two PID namespaces sees that a process of the other runs, and when it is gone ${reason ?? ''}`.trim(),
  async () => {
    const { store, location } = await locatedStore()
    const { id } = await plannedSweep(store)
    const inside = await otherProcess(location, id, namespace)
    // Numbers of another namespace: here they are another process, or none.
    expect(inside.self.pid).toBeLessThan(100)
    expect(await acquireSweep(store.db, id, thisProcess(), new Date())).toMatchObject(inside.self)
    await inside.kill()
    expect(await acquireSweep(store.db, id, thisProcess(), new Date())).toBeUndefined()
    const refused = await otherProcess(location, id, namespace)
    expect(refused.holder).toMatchObject(thisProcess())
  },
)

test('a process of an older swath, which holds no pipe, counts as gone after half a minute of silence', async () => {
  const store = await temporaryStore()
  const { id } = await plannedSweep(store)
  const older = { ...thisProcess(), process_start: '8123456' }
  await acquireSweep(store.db, id, older, now)
  expect(await acquireSweep(store.db, id, thisProcess(), later(29))).toMatchObject(older)
  expect(await acquireSweep(store.db, id, thisProcess(), later(31))).toBeUndefined()
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
