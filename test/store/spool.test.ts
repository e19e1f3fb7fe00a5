import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import { removeSpools, replaySpools, spoolsOf } from '../../src/store/spool.ts'
import type { Store } from '../../src/store/store.ts'
import { cancelSweep, deleteSweep } from '../../src/store/sweeps.ts'
import { attemptsOf, metricsOf, trialById, trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, temporaryFolder, temporaryStore } from './temporary-store.ts'

let cache = ''

beforeEach(() => {
  cache = temporaryFolder()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

/** A store with a trial that runs, of which epoch 1 is written. */
async function runningTrial() {
  // The driver is in the cache of the test run.
  vi.unstubAllEnvs()
  const store = await temporaryStore()
  vi.stubEnv('SWATH_CACHE', cache)
  const sweep = await plannedSweep(store, 1)
  const trialId = (await trialsOf(store.db, sweep.id))[0]?.id ?? 0
  await applyChanges(store.db, [start(trialId), report(trialId, { epoch: 1, loss: 3 })])
  return { store, sweep, trialId }
}

/** Spools two reports, of which the first is written already, and the end, as a process does that exits. */
async function spool(store: Store, sweep: SweepRow, trialId: number, place: 0 | 1 = 0): Promise<string> {
  const journal = (await spoolsOf(store, sweep))[place]
  if (journal === undefined) throw new Error('there are two places')
  const changes = [
    report(trialId, { epoch: 1, loss: 3 }),
    report(trialId, { epoch: 2, loss: 2 }),
    end(trialId, 'queued'),
  ]
  journal.append(changes.map((change) => ({ change, unpublished: [] })))
  journal.close()
  const folder = place === 0 ? `${store.location.replace('sqlite:', '')}-processes` : join(cache, 'spool')
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.jsonl')) ?? '')
}

const replay = (store: Store, sweepId?: number) =>
  store.db.transaction().execute((transaction) => replaySpools(transaction, sweepId))
const epochsOf = async (store: Store, id: number) => (await metricsOf(store.db, id)).map(({ epoch }) => epoch)

test.each([
  ['beside the store', 0],
  ['in the cache', 1],
] as const)('what is spooled %s is written once, however often it is read in', async (_, place) => {
  const { store, sweep, trialId } = await runningTrial()
  const path = await spool(store, sweep, trialId, place)
  // Two starts at once: both read the file before one removes it.
  expect(await Promise.all([replay(store, sweep.id), replay(store)])).toEqual([[path], [path]])
  expect(await epochsOf(store, trialId)).toEqual([1, 2])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ state: 'interrupted' }])
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'queued' })
  removeSpools([path])
  expect(await replay(store)).toEqual([])
})

test('what is spooled of another sweep stays, also that of another store with the same sweeps', async () => {
  const [one, other] = [await runningTrial(), await runningTrial()]
  const path = await spool(one.store, one.sweep, one.trialId, 1)
  expect(await replay(one.store, one.sweep.id + 1)).toEqual([])
  expect(await replay(other.store)).toEqual([])
  expect(await epochsOf(other.store, other.trialId)).toEqual([1])
  expect(existsSync(path)).toBe(true)
})

test('an incomplete last line, and entries of a deleted sweep, are ignored', async () => {
  const { store, sweep, trialId } = await runningTrial()
  const path = await spool(store, sweep, trialId)
  appendFileSync(path, '{"change":{"type":"re')
  await deleteSweep(store.db, sweep, new Date())
  expect(await replay(store)).toEqual([path])
})

test('cancelling a sweep that no process runs keeps what its last process spooled', async () => {
  const { store, sweep, trialId } = await runningTrial()
  const path = await spool(store, sweep, trialId)
  expect(await cancelSweep(store.db, sweep.id, new Date())).toEqual({ cancelled: 1, runner: undefined })
  expect(await epochsOf(store, trialId)).toEqual([1, 2])
  expect(existsSync(path)).toBe(false)
})

test('a spool that is damaged keeps no sweep from running, and stays', async () => {
  const { store, sweep, trialId } = await runningTrial()
  const path = await spool(store, sweep, trialId)
  appendFileSync(path, '{"change":\n')
  expect(await replay(store, sweep.id)).toEqual([])
  expect(existsSync(path)).toBe(true)
})
