import { expect, test } from 'vitest'

import type { Change } from '../../src/store/change.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { takeBackLost } from '../../src/store/lost-trials.ts'
import { artifactsOf, checkpointOf } from '../../src/store/artifacts.ts'
import { noticesOf } from '../../src/store/report-notices.ts'
import { reportedEpochsOf } from '../../src/store/reported-epochs.ts'
import type { Store } from '../../src/store/store.ts'
import { attemptsOf, metricsOf, requeue, trialById, trialsOf } from '../../src/store/trials.ts'
import { at, end, report as reported, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const broke = { failed: true, error: 'it broke', stack: 'at line 1' }
const report = (trialId: number, epoch: number, val_loss: number, attempt = 1) =>
  reported(trialId, { epoch, val_loss }, { attempt })

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

test('a store counts more checkpoints than four bytes can', async () => {
  const { store, trialId } = await storeWithTrial()
  const row = { trial_id: trialId, kind: 'checkpoint', name: 'late', bytes: 1, sha256: 'x', created_at: at } as const
  await store.db
    .insertInto('artifacts')
    .values({ ...row, id: 2 ** 31 })
    .execute()
  expect(await artifactsOf(store.db, trialId)).toMatchObject([{ id: 2 ** 31, name: 'late' }])
})

test('a group is written whole or not at all', async () => {
  const { store, trialId } = await storeWithTrial()
  await expect(
    applyChanges(store.db, [start(trialId), report(trialId, 1, 0.5), report(trialId, 1, 0.4)]),
  ).rejects.toThrow(/unique/i)
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'queued', attempt: 0 })
  expect(await metricsOf(store.db, trialId)).toEqual([])
})

test('a trial that runs cannot be started again', async () => {
  const { store, trialId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId)])
  const second = start(trialId, 2)
  expect(await applyChanges(store.db, [second])).toEqual(new Set([second]))
})

test('nothing leaves completed', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId), end(trialId, 'completed')])
  expect(await requeue(store.db, sweepId, ['completed', 'failed'])).toBe(0)
  const late = end(trialId, 'failed')
  expect(await applyChanges(store.db, [late])).toEqual(new Set([late]))
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'completed' })
})

test('a failed trial runs once more, and its first attempt stays on record', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId), report(trialId, 1, 0.9), end(trialId, 'failed', 1, broke)])
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'failed', error: 'it broke' })

  expect(await requeue(store.db, sweepId, ['failed'])).toBe(1)
  await applyChanges(store.db, [start(trialId, 2), report(trialId, 1, 0.8, 2), end(trialId, 'completed', 2)])
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

const kept = (name: string, epoch: number) => ({ name, bytes: 1, sha256: 'x', epoch })

test('an attempt that goes on from a checkpoint keeps the metrics up to it', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [
    start(trialId),
    reported(trialId, { epoch: 1, val_loss: 0.9 }, { checkpoint: kept('a', 1) }),
    report(trialId, 2, 0.8),
  ])
  await takeBackLost(store.db, sweepId, { limit: 3, at })
  await applyChanges(store.db, [start(trialId, 2, { resumedEpoch: 1 })])
  expect(await metricsOf(store.db, trialId)).toEqual([{ epoch: 1, name: 'val_loss', value: 0.9 }])
  expect(await store.db.selectFrom('superseded_metrics').selectAll().execute()).toEqual([
    { trial_id: trialId, attempt: 1, epoch: 2, name: 'val_loss', value: 0.8 },
  ])
})

test('where nobody knows from where an attempt goes on, its first report tells', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId), report(trialId, 1, 0.9), report(trialId, 2, 0.8)])
  await takeBackLost(store.db, sweepId, { limit: 3, at })
  await applyChanges(store.db, [start(trialId, 2, { resumedEpoch: undefined })])
  expect(await metricsOf(store.db, trialId)).toHaveLength(2)
  await applyChanges(store.db, [
    reported(trialId, { epoch: 2, val_loss: 0.7 }, { attempt: 2, tellsResumedEpoch: true }),
    report(trialId, 3, 0.6, 2),
  ])
  expect((await metricsOf(store.db, trialId)).map(({ value }) => value)).toEqual([0.9, 0.7, 0.6])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ resumed_epoch: 0 }, { resumed_epoch: 1 }])
})

test('each attempt keeps what computed it, which may differ between two of a trial', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId, 1, { runtime: '{"tensorflow":"2.21.0"}' })])
  await takeBackLost(store.db, sweepId, { limit: 3, at })
  await applyChanges(store.db, [start(trialId, 2)])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([
    { attempt: 1, runtime: '{"tensorflow":"2.21.0"}' },
    { attempt: 2, runtime: null },
  ])
})

test('what an attempt reports after it was taken back is refused', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  await applyChanges(store.db, [start(trialId)])
  await takeBackLost(store.db, sweepId, { limit: 3, at })
  const late = report(trialId, 1, 0.9)
  expect(await applyChanges(store.db, [late])).toEqual(new Set([late]))
  await applyChanges(store.db, [start(trialId, 2)])
  const lateEnd = end(trialId, 'completed')
  expect(await applyChanges(store.db, [late, lateEnd])).toEqual(new Set([late, lateEnd]))
  expect(await metricsOf(store.db, trialId)).toEqual([])
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'running', attempt: 2 })
})

test('what is refused keeps nothing else of its group from being written', async () => {
  const { store, trialId } = await storeWithTrial()
  const stranger = start(trialId + 1_000)
  expect(await applyChanges(store.db, [stranger, start(trialId), report(trialId, 1, 0.9)])).toEqual(new Set([stranger]))
  expect(await metricsOf(store.db, trialId)).toHaveLength(1)
  const again = start(trialId, 2)
  expect(await applyChanges(store.db, [again])).toEqual(new Set([again]))
})

test('a new checkpoint and the rows of those that it replaces change together', async () => {
  const { store, trialId } = await storeWithTrial()
  await applyChanges(store.db, [
    start(trialId),
    reported(trialId, { epoch: 1, loss: 3 }, { checkpoint: kept('a', 1) }),
    reported(trialId, { epoch: 2, loss: 2 }, { checkpoint: kept('b', 2), drop: ['a'] }),
    end(trialId, 'completed', 1, { checkpoint: kept('c', 2), drop: ['b'] }),
  ])
  expect((await artifactsOf(store.db, trialId)).map(({ name, epoch }) => [name, epoch])).toEqual([['c', 2]])
})

test('of several checkpoints the best is the trained model, where that is kept', async () => {
  const { store, trialId } = await storeWithTrial()
  await applyChanges(store.db, [
    start(trialId),
    reported(trialId, { epoch: 1, loss: 1 }, { checkpoint: kept('a', 1) }),
    reported(trialId, { epoch: 2, loss: 2 }, { checkpoint: kept('b', 2) }),
  ])
  expect(await checkpointOf(store.db, trialId)).toMatchObject({ name: 'b' })
  await applyChanges(store.db, [end(trialId, 'completed', 1, { best: 'a' })])
  expect(await checkpointOf(store.db, trialId)).toMatchObject({ name: 'a' })
})

test('more metrics in one group than SQLite takes values in one statement', async () => {
  const { store, trialId } = await storeWithTrial()
  const many = Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`m${i}`, i]))
  await applyChanges(store.db, [start(trialId), reported(trialId, { epoch: 1, ...many })])
  expect(await metricsOf(store.db, trialId)).toHaveLength(12_000)
})

test('a point cannot be in a sweep twice', async () => {
  const { store, sweepId } = await storeWithTrial()
  const [first] = await trialsOf(store.db, sweepId)
  const twin = { sweep_id: sweepId, number: 99, params: first?.params ?? '', repeat: 0, seed: 0 }
  await expect(store.db.insertInto('trials').values(twin).execute()).rejects.toThrow(/unique/i)
})

/** What a trial has of each metric in the end, as `final_metrics` keeps it. */
const finalsOf = (store: Store, trialId: number) =>
  store.db
    .selectFrom('final_metrics')
    .select(['name', 'epoch', 'value', 'total', 'reports', 'least', 'greatest'])
    .where('trial_id', '=', trialId)
    .orderBy('name')
    .execute()

const onceMore = { isContinued: true }

test('two reports of one epoch are one, in one group and in two; the final metrics count the epoch once', async () => {
  for (const groups of [1, 2]) {
    const { store, trialId } = await storeWithTrial()
    const changes = [
      start(trialId),
      reported(trialId, { epoch: 1, train_loss: 3 }),
      reported(trialId, { epoch: 1, train_loss: 3, val_loss: 4 }, onceMore),
      reported(trialId, { epoch: 2, train_loss: 2 }),
      reported(trialId, { epoch: 2, train_loss: 1, val_loss: 2 }, onceMore),
    ]
    if (groups === 1) await applyChanges(store.db, changes)
    else for (const change of changes) await applyChanges(store.db, [change])
    expect(await metricsOf(store.db, trialId)).toEqual([
      { epoch: 1, name: 'train_loss', value: 3 },
      { epoch: 1, name: 'val_loss', value: 4 },
      { epoch: 2, name: 'train_loss', value: 1 },
      { epoch: 2, name: 'val_loss', value: 2 },
    ])
    expect(await finalsOf(store, trialId)).toEqual([
      { name: 'train_loss', epoch: 2, value: 1, total: 4, reports: 2, least: 1, greatest: 3 },
      { name: 'val_loss', epoch: 2, value: 2, total: 6, reports: 2, least: 2, greatest: 4 },
    ])
  }
})

test('a second report of an epoch that is missing is written again, though the epoch is there', async () => {
  const { store, trialId } = await storeWithTrial()
  const first = reported(trialId, { epoch: 1, train_loss: 3 })
  const second = reported(trialId, { epoch: 1, train_loss: 3, val_loss: 4 }, onceMore)
  await applyChanges(store.db, [start(trialId), first])
  // The answer was lost, and with it whether the second was written.
  for (let k = 0; k < 2; k++) await applyChanges(store.db, [first, second], { again: true })
  expect(await metricsOf(store.db, trialId)).toEqual([
    { epoch: 1, name: 'train_loss', value: 3 },
    { epoch: 1, name: 'val_loss', value: 4 },
  ])
  expect(await finalsOf(store, trialId)).toMatchObject([
    { name: 'train_loss', reports: 1, total: 3 },
    { name: 'val_loss', reports: 1, total: 4 },
  ])
})

test('the numbers that a program gave its epochs are kept, and go with the epochs that are trained again', async () => {
  const { store, trialId } = await storeWithTrial()
  const numbered = (epoch: number, attempt = 1, more = {}) =>
    reported(trialId, { epoch, val_loss: epoch }, { attempt, reportedEpoch: epoch / 2, ...more })
  await applyChanges(store.db, [start(trialId), numbered(1), numbered(2), numbered(3), end(trialId, 'queued')])
  expect(await reportedEpochsOf(store.db, trialId)).toEqual([
    { epoch: 1, reported: 0.5 },
    { epoch: 2, reported: 1 },
    { epoch: 3, reported: 1.5 },
  ])
  await applyChanges(store.db, [start(trialId, 2, { resumedEpoch: 1 })])
  expect(await reportedEpochsOf(store.db, trialId)).toEqual([{ epoch: 1, reported: 0.5 }])
  await applyChanges(store.db, [numbered(2, 2)])
  expect(await reportedEpochsOf(store.db, trialId)).toHaveLength(2)
})

test('a notice is recorded once a sweep, whichever trial comes first', async () => {
  const { store, trialId, sweepId } = await storeWithTrial()
  const notice = (name: string, trial = trialId): Change => {
    return { type: 'notice', sweepId, trialId: trial, notice: { kind: 'dropped', name, detail: 'null' }, at }
  }
  const [a, again, b] = [notice('a'), notice('a', trialId + 1), notice('b')]
  expect(await applyChanges(store.db, [a, again])).toEqual(new Set([again]))
  expect(await applyChanges(store.db, [a, b])).toEqual(new Set([a]))
  expect(await noticesOf(store.db, sweepId)).toEqual([
    { kind: 'dropped', name: 'a' },
    { kind: 'dropped', name: 'b' },
  ])
})

test('a metric may have any name that JavaScript gives a meaning', async () => {
  const { store, trialId } = await storeWithTrial()
  const report = JSON.parse('{"epoch": 1, "__proto__": 1, "constructor": 2, "toString": 3}') as { epoch: number }
  await applyChanges(store.db, [start(trialId), reported(trialId, report)])
  expect((await finalsOf(store, trialId)).map(({ name, value }) => [name, value]).sort()).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
    ['toString', 3],
  ])
})
