import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { collectGarbage } from '../../src/maintenance/collect-garbage.ts'
import { examine } from '../../src/maintenance/examine.ts'
import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { sqlitePath } from '../../src/store/location.ts'
import { deleteSweep } from '../../src/store/sweeps.ts'
import { busyTrainer } from './busy-trainer.ts'
import { checkpoint, name, namesOf, start, trainedStore, type TrainedStore } from './stores.ts'

const now = new Date()
const all = { dryRun: false, compact: false }

async function keep({ store, artifacts }: TrainedStore, trialId: number, of: string): Promise<string> {
  const stored = checkpoint(artifacts, trialId, of)
  await name(store, trialId, stored)
  return stored.name
}

test('removes files that nothing names, and leaves alone what a command keeps in the folder of its trial', async () => {
  const { store, artifacts } = await trainedStore()
  const put = (name: string) => {
    mkdirSync(join(artifacts.location, name, '..'), { recursive: true })
    writeFileSync(join(artifacts.location, name), 'twelve bytes')
  }
  const strays = [
    'trial-1/attempt-2.safetensors',
    'trial-2/attempt-1.safetensors.0c8b6f0e-torn',
    'trial-7/notes/log.txt',
    'attempt-1.safetensors',
  ]
  const others = ['trial-1/state.pt', 'trial-1/logs/attempt-1.safetensors', 'notes.txt']
  for (const name of [...strays, ...others]) put(name)

  const planned = await collectGarbage(store, { ...all, dryRun: true }, now)
  expect(planned.strays.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'attempt-1.safetensors', bytes: 12 },
    { name: 'trial-1/attempt-2.safetensors', bytes: 12 },
    { name: 'trial-2/attempt-1.safetensors.0c8b6f0e-torn', bytes: 12 },
    { name: 'trial-7/', bytes: 12 },
  ])
  for (const name of strays) expect(existsSync(join(artifacts.location, name)), name).toBe(true)

  expect((await collectGarbage(store, all, now)).strays).toEqual(planned.strays)
  for (const name of strays) expect(existsSync(join(artifacts.location, name)), name).toBe(false)
  for (const name of [...others, ...(await namesOf(store))]) {
    expect(existsSync(join(artifacts.location, name)), name).toBe(true)
  }
  expect((await collectGarbage(store, all, now)).strays).toEqual([])
})

test('of a trial that has ended keeps the newest checkpoint, of one that has not the two newest', async () => {
  const trained = await trainedStore({ trials: 2, completed: 1 })
  const { store, artifacts, ids } = trained
  const [ended = 0, waiting = 0] = ids
  const newest = await keep(trained, ended, 'attempt-1-epoch-9')
  const [old, second, third] = [
    await keep(trained, waiting, 'attempt-1-epoch-1'),
    await keep(trained, waiting, 'attempt-1-epoch-2'),
    await keep(trained, waiting, 'attempt-1-epoch-3'),
  ]
  const { superseded } = await collectGarbage(store, all, now)
  expect(superseded.map(({ name }) => name)).toEqual([`trial-${ended}/attempt-1.safetensors`, old])
  expect(await namesOf(store)).toEqual([newest, second, third])
  expect((await examine(store, now)).flawed).toEqual([])
  expect(
    artifacts
      .list(`trial-${waiting}`)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([second, third].sort())
})

test.each([
  ['last', 3],
  ['best', 1],
  ['all', 0],
])('of a sweep that keeps %s of its checkpoints, %d can go', async (keepPolicy, count) => {
  const trained = await trainedStore({ trials: 2, completed: 1 })
  const [ended = 0, waiting = 0] = trained.ids
  await trained.store.db
    .updateTable('sweeps')
    .set({ settings: JSON.stringify({ checkpoint: { keep: keepPolicy } }) })
    .execute()
  for (const epoch of [2, 3]) await keep(trained, ended, `attempt-1-epoch-${epoch}`)
  for (const epoch of [1, 2, 3]) await keep(trained, waiting, `attempt-1-epoch-${epoch}`)
  // What is marked as the best is no checkpoint among others.
  if (keepPolicy === 'best') {
    await sql`update artifacts set kind = 'best' where name = ${`trial-${ended}/attempt-1.safetensors`}`.execute(
      trained.store.db,
    )
  }
  expect((await collectGarbage(trained.store, all, now)).superseded).toHaveLength(count)
})

test('leaves the files of a trial that trains now, and takes those of one whose process is gone', async () => {
  const { store, artifacts, ids, sweep } = await trainedStore({ completed: 0 })
  const [first = 0, second = 0] = ids
  await start(store, first)
  const { name } = checkpoint(artifacts, first)
  const torn = checkpoint(artifacts, second).name
  await acquireSweep(store.db, sweep.id, thisProcess(), now)
  expect((await collectGarbage(store, all, now)).strays.map((stray) => stray.name)).toEqual([torn])
  await store.db.deleteFrom('coordinators').execute()
  expect((await collectGarbage(store, all, now)).strays.map((stray) => stray.name)).toEqual([name])
})

test('beside a process that trains, no row ever loses its file', async () => {
  const { store, artifacts, ids } = await trainedStore({ trials: 1, completed: 0 })
  const trainer = await busyTrainer(store.location)
  for (let round = 0; round < 30; round++) {
    await trainer.epoch()
    await collectGarbage(store, all, new Date())
    expect((await examine(store, new Date())).flawed).toEqual([])
  }
  await trainer.end()
  await collectGarbage(store, all, new Date())
  const last = `trial-${ids[0] ?? 0}/attempt-1.safetensors`
  expect(await namesOf(store)).toEqual([last])
  expect(artifacts.list(`trial-${ids[0] ?? 0}`).map(({ name }) => name)).toEqual([last])
  expect(await examine(store, new Date())).toMatchObject({ flawed: [], strays: [], lost: { trials: [], attempts: [] } })
})

test('what a crash in the middle of a deletion leaves is removed the next time', async () => {
  const { store, artifacts, sweep } = await trainedStore()
  await deleteSweep(store.db, sweep, now)
  expect(artifacts.list('')).toHaveLength(3)
  expect((await collectGarbage(store, all, now)).strays).toHaveLength(3)
  expect(artifacts.list('')).toEqual([])
})

test('makes the database smaller where that was asked for, and refuses to while somebody runs a sweep', async () => {
  const { store, sweep } = await trainedStore({ trials: 500, completed: 0 })
  const other = await trainedStore()
  await acquireSweep(store.db, sweep.id, thisProcess(), now)
  await expect(collectGarbage(store, { ...all, compact: true }, now)).rejects.toThrow(/grid is being run by process/)
  await store.db.deleteFrom('coordinators').execute()
  await deleteSweep(store.db, sweep, now)
  expect((await collectGarbage(store, { ...all, compact: true }, now)).compacted).toBeGreaterThan(50_000)
  expect((await collectGarbage(other.store, all, now)).compacted).toBeUndefined()
})

test('removes nothing where another store has its artifacts in the same folder', async () => {
  const { store } = await trainedStore()
  await store.file().copyTo(sqlitePath(store.location).replace(/\.db$/, '.sqlite'), { replace: false })
  await expect(collectGarbage(store, all, now)).rejects.toThrow(/swath\.sqlite keeps its artifacts in the same folder/)
})
