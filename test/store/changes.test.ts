import { expect, test } from 'vitest'

import { applyChanges, type Change } from '../../src/store/changes.ts'
import type { Store } from '../../src/store/store.ts'
import { attemptsOf, metricsOf, requeue, trialById, trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const at = '2026-01-01T00:00:00.000Z'

const start = (trialId: number, attempt = 1): Change => ({
  ...{ type: 'start', trialId, attempt, host: 'here', pid: 1, worker: 1, at },
})
const report = (trialId: number, epoch: number, val_loss: number): Change => ({
  ...{ type: 'report', trialId, report: { epoch, val_loss } },
})
const end = (trialId: number, state: 'completed' | 'failed' | 'queued', attempt = 1): Change => ({
  ...{ type: 'end', trialId, attempt, state, at },
  ...(state === 'failed' ? { error: 'it broke', stack: 'at line 1' } : {}),
})

async function storeWithTrial(): Promise<{ store: Store; trialId: number; sweepId: number }> {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [first] = await trialsOf(store.db, sweep.id)
  return { store, trialId: first?.id ?? 0, sweepId: sweep.id }
}

test('a trial starts, reports and completes in one group', async () => {
  const { store, trialId } = await storeWithTrial()
  await applyChanges(store.db, [
    start(trialId),
    report(trialId, 1, 0.5),
    report(trialId, 2, 0.4),
    end(trialId, 'completed'),
  ])
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'completed', attempt: 1, worker: 1, host: 'here' })
  expect(await metricsOf(store.db, trialId)).toEqual([
    { epoch: 1, name: 'val_loss', value: 0.5 },
    { epoch: 2, name: 'val_loss', value: 0.4 },
  ])
})

test('a group is written whole or not at all', async () => {
  const { store, trialId } = await storeWithTrial()
  await expect(
    applyChanges(store.db, [start(trialId), report(trialId, 1, 0.5), end(9999, 'completed')]),
  ).rejects.toThrow('trial 9999 is not running attempt 1')
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'queued', attempt: 0 })
  expect(await metricsOf(store.db, trialId)).toEqual([])
})

test('a trial that runs cannot be started again', async () => {
  const { store, trialId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId)])
  await expect(applyChanges(store.db, [start(trialId, 2)])).rejects.toThrow('is not queued')
})

test('nothing leaves completed', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId), end(trialId, 'completed')])
  expect(await requeue(store.db, sweepId, ['completed', 'failed'], at)).toBe(0)
  await expect(applyChanges(store.db, [end(trialId, 'failed')])).rejects.toThrow('is not running')
})

test('a failed trial runs once more, and its first attempt stays on record', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId), report(trialId, 1, 0.9), end(trialId, 'failed')])
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'failed', error: 'it broke' })

  expect(await requeue(store.db, sweepId, ['failed'], at)).toBe(1)
  await applyChanges(store.db, [start(trialId, 2), report(trialId, 1, 0.8), end(trialId, 'completed', 2)])
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'completed', attempt: 2, error: null })
  expect(await metricsOf(store.db, trialId)).toEqual([{ epoch: 1, name: 'val_loss', value: 0.8 }])
  expect(await store.db.selectFrom('superseded_metrics').selectAll().execute()).toEqual([
    { trial_id: trialId, attempt: 1, epoch: 1, name: 'val_loss', value: 0.9 },
  ])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([
    { attempt: 1, state: 'failed', error: 'it broke', stack: 'at line 1' },
    { attempt: 2, state: 'completed', error: null },
  ])
})

test('a trial that a dead process left running is queued again and its attempt closed', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId), report(trialId, 1, 0.9)])
  expect(await requeue(store.db, sweepId, ['running'], at)).toBe(1)
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'queued', attempt: 1, worker: null })
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ attempt: 1, state: 'interrupted', finished_at: at }])
  expect(await metricsOf(store.db, trialId)).toHaveLength(1)
})

test('a point cannot be in a sweep twice', async () => {
  const { store, sweepId } = await storeWithTrial()
  const [first] = await trialsOf(store.db, sweepId)
  const twin = { sweep_id: sweepId, number: 99, params: first?.params ?? '', repeat: 0, seed: 0 }
  await expect(store.db.insertInto('trials').values(twin).execute()).rejects.toThrow(/UNIQUE/)
})
