import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { leaseEnd } from '../../src/store/coordinators.ts'
import { takeBackLost } from '../../src/store/lost-trials.ts'
import { trainedEpochs } from '../../src/store/trained-epochs.ts'
import { trainingTime } from '../../src/store/training-time.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** So many seconds after the sweep began. */
const after = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + 1000 * seconds)
const at = (seconds: number) => after(seconds).toISOString()
const on = (host: string) => ({ process: { host, pid: 1, process_start: '7' } })

test('hours are those in which something trained, whatever ran at once and however long nothing did', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [one = 0, two = 0, three = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(store.db, [start(one, 1, { at: at(0), ...on('a') }), start(two, 1, { at: at(5), ...on('b') })])
  await applyChanges(store.db, [end(one, 'completed', 1, { at: at(10) }), end(two, 'completed', 1, { at: at(15) })])
  expect(await trainingTime(store.db, sweep.id, after(100))).toEqual({ seconds: 15, hostSeconds: 20 })
  await applyChanges(store.db, [start(three, 1, { at: at(60), leaseExpiresAt: leaseEnd(after(98)), ...on('a') })])
  expect(await trainingTime(store.db, sweep.id, after(100))).toEqual({ seconds: 53, hostSeconds: 58 })
})

test('a process that was killed has trained until it was last heard, not until somebody found it gone', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [one = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(store.db, [start(one, 1, { at: at(0), leaseExpiresAt: leaseEnd(after(7)) })])
  expect((await trainingTime(store.db, sweep.id, after(100_000))).seconds).toBe(7)
  await takeBackLost(store.db, sweep.id, { limit: 2, at: at(200_000) })
  expect((await trainingTime(store.db, sweep.id, after(300_000))).seconds).toBe(7)
})

test('epochs that are trained again count again', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [one = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const epochs = async () => (await trainedEpochs(store.db, sweep.id)).map((trial) => trial.epochs)
  expect(await epochs()).toEqual([])
  const reports = (attempt: number, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, k) => report(one, { epoch: from + k, loss: 1, gain: 2 }, { attempt }))
  await applyChanges(store.db, [start(one), ...reports(1, 1, 3), end(one, 'queued')])
  await applyChanges(store.db, [start(one, 2, { resumedEpoch: 1 }), ...reports(2, 2, 4)])
  expect(await epochs()).toEqual([6])
})
