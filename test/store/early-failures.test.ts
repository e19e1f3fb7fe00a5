import { expect, test } from 'vitest'

import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import { Limits } from '../../src/run/limits.ts'
import type { Change } from '../../src/store/change.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { trialThatEnded } from '../../src/store/early-failures.ts'
import { openSweep, sweepById } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const elsewhere = { host: 'another-host', pid: 7, process_start: '1' }
const failed = (id: number, error = `no data for ${id}`, attempt = 1): Change =>
  end(id, 'queued', attempt, { failed: true, error })

async function begunSweep(trials = 8) {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, trials)
  const settings = JSON.stringify({ ...(JSON.parse(sweep.settings) as object), stopAfterFailures: 3 })
  await store.db.updateTable('sweeps').set({ settings }).execute()
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  const write = (...changes: Change[]) => applyChanges(store.db, changes)
  /** What another process of the cluster finds after a failure. */
  const look = async () => {
    await new Limits(store, sweep, new TrialDatasets(null)).endAfterEarlyFailures()
    return (await sweepById(store.db, sweep.id))?.ended_because ?? undefined
  }
  return { store, sweep, write, look, id: (k: number) => ids[k] ?? 0 }
}

test('first trials that fail the same way end their sweep, attempts of one trial count once', async () => {
  const { store, sweep, write, look, id } = await begunSweep()
  await write(start(id(0)), failed(id(0)))
  await write(start(id(1)), failed(id(1)))
  await write(start(id(0), 2), failed(id(0), undefined, 2))
  expect(await look()).toBeUndefined()
  await write(start(id(2), 1, { process: elsewhere }), failed(id(2)))
  expect(await look()).toBe(`the first 3 trials failed the same way, before any report: no data for ${id(0)}`)
  const ended = await sweepById(store.db, sweep.id)
  expect(ended && (await trialThatEnded(store.db, ended))).toBe(id(0))
})

test('a sweep that is opened again counts anew', async () => {
  const { store, sweep, write, look, id } = await begunSweep()
  for (const k of [0, 1, 2]) await write(start(id(k)), failed(id(k)))
  expect(await look()).toBeDefined()
  await openSweep(store.db, sweep.id, ['failed'])
  expect(await look()).toBeUndefined()
  const later = new Date(store.now().getTime() + 60_000).toISOString()
  for (const k of [3, 4]) await write(start(id(k), 1, { at: later }), failed(id(k)))
  expect(await look()).toBeUndefined()
  await write(start(id(5), 1, { at: later }), failed(id(5)))
  expect(await look()).toMatch('the first 3 trials failed')
})

test.each<[string, (id: number) => Change[]]>([
  ['one has reported', (id) => [start(id), report(id, { epoch: 1, loss: 1 }), failed(id)]],
  ['one has completed', (id) => [start(id), end(id, 'completed')]],
  ['one fails another way', (id) => [start(id), failed(id, 'out of memory')]],
  ['one trains on a host on which none has failed', (id) => [start(id, 1, { process: elsewhere })]],
])('the sweep goes on: %s', async (_, changes) => {
  const { write, look, id } = await begunSweep()
  await write(...changes(id(3)))
  for (const k of [0, 1, 2]) await write(start(id(k)), failed(id(k)))
  expect(await look()).toBeUndefined()
})

test('of two processes that find it at the same time one ends the sweep', async () => {
  const { store, write, look, id } = await begunSweep()
  for (const k of [0, 1, 2]) await write(start(id(k)), failed(id(k)))
  await Promise.all([look(), look()])
  const events = await store.db.selectFrom('events').select('trial_id').where('kind', '=', 'ended').execute()
  expect(events).toEqual([{ trial_id: id(0) }])
})
