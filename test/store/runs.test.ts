import { hostname } from 'node:os'

import { expect, test } from 'vitest'

import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { liveRuns, lostRuns, refuseLiveRuns, releaseLostRuns, trainingTrials } from '../../src/store/runs.ts'
import type { Store } from '../../src/store/store.ts'
import { attemptsOf, trialById, trialsOf } from '../../src/store/trials.ts'
import { start } from '../maintenance/stores.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const now = new Date('2026-01-01T00:00:00Z')
const at = now.toISOString()
const later = new Date(now.getTime() + 60_000).toISOString()
const gone = 2 ** 22 + 1

async function runningTrial(): Promise<{ store: Store; sweepId: number; trialId: number }> {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [first] = await trialsOf(store.db, sweep.id)
  const trialId = first?.id ?? 0
  await start(store, trialId)
  return { store, sweepId: sweep.id, trialId }
}

const lostIn = async (store: Store) => (await lostRuns(store.db, now)).trials.map(({ trialId }) => trialId)

test('whoever runs a sweep answers for its trials', async () => {
  const { store, sweepId, trialId } = await runningTrial()
  expect(await lostIn(store)).toEqual([trialId])
  await acquireSweep(store.db, sweepId, thisProcess(), now)
  expect(await lostIn(store)).toEqual([])
  expect(await liveRuns(store.db, now)).toEqual([{ sweep: 'grid', host: hostname(), pid: process.pid }])
  expect(await trainingTrials(store.db, now)).toEqual(new Set([trialId]))
  await expect(refuseLiveRuns(store.db, now)).rejects.toThrow(`grid is being run by process ${process.pid}`)
  await refuseLiveRuns(store.db, now, { sweep: 'another' })
})

test.each([
  ['a process of this machine trains it', { ...thisProcess() }, true],
  ['that process has another start', { ...thisProcess(), process_start: 'long ago' }, false],
  ['that process is gone', { ...thisProcess(), pid: gone, process_start: '' }, false],
  ['its lease has expired', { ...thisProcess(), lease_expires_at: at }, false],
  ['another machine holds its lease', { host: 'another', pid: 7, process_start: '1', lease_expires_at: later }, true],
  [
    'another machine has let its lease expire',
    { host: 'another', pid: 7, process_start: '1', lease_expires_at: at },
    false,
  ],
  ['another machine had it, without a lease', { host: 'another', pid: 7, process_start: '1' }, false],
])('without a coordinator: %s', async (_, holder, isTrained) => {
  const { store, trialId } = await runningTrial()
  await store.db.updateTable('trials').set(holder).where('id', '=', trialId).execute()
  expect(await lostIn(store)).toEqual(isTrained ? [] : [trialId])
  expect(await liveRuns(store.db, now)).toHaveLength(isTrained ? 1 : 0)
})

test('what was lost is released as it was seen: a trial that runs again by then goes on', async () => {
  const { store, trialId } = await runningTrial()
  const lost = await lostRuns(store.db, now)
  await store.db.updateTable('attempts').set({ state: 'interrupted', finished_at: at }).execute()
  await start(store, trialId, 2)
  await store.db.transaction().execute((transaction) => releaseLostRuns(transaction, lost, at))
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'running', attempt: 2 })
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ state: 'interrupted' }, { state: 'running' }])
})
