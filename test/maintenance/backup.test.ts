import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { artifactLocation } from '../../src/artifacts/open.ts'
import { backUp } from '../../src/maintenance/backup.ts'
import { examine } from '../../src/maintenance/examine.ts'
import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { progressOf } from '../../src/store/sweeps.ts'
import { attemptsOf, trialById } from '../../src/store/trials.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { busyTrainer } from './busy-trainer.ts'
import { namesOf, start, trainedStore } from './stores.ts'

const usual = { replace: false, withArtifacts: true }
const fine = { flawed: [], strays: [], missingViews: [], lost: { trials: [], attempts: [], coordinators: [] } }

async function opened(path: string): Promise<Store> {
  const store = await openStore(path, 'change')
  onTestFinished(() => store.close())
  return store
}

const everything = async ({ db }: Store) => ({
  trials: await db.selectFrom('trials').selectAll().execute(),
  metrics: await db.selectFrom('metrics').selectAll().execute(),
  artifacts: await db.selectFrom('artifacts').selectAll().execute(),
})

test('a backup is a store with all rows and files of the other', async () => {
  const { store, artifacts } = await trainedStore()
  const path = join(temporaryFolder(), 'kept.db')
  expect(await backUp(store, `sqlite:${path}`, usual)).toMatchObject({ store: `sqlite:${path}`, checkpoints: 3 })
  expect(readdirSync(dirname(path)).sort()).toEqual(['kept-artifacts', 'kept.db'])

  artifacts.remove([''])
  const copy = await opened(path)
  expect(await everything(copy)).toEqual(await everything(store))
  expect(await examine(copy, new Date())).toMatchObject({ ...fine, artifacts: { count: 3 } })
})

test('without artifacts it names none', async () => {
  const { store } = await trainedStore()
  const path = join(temporaryFolder(), 'kept.db')
  await backUp(store, path, { ...usual, withArtifacts: false })
  expect(readdirSync(dirname(path))).toEqual(['kept.db'])
  const copy = await opened(path)
  expect(await namesOf(copy)).toEqual([])
  expect(await examine(copy, new Date())).toMatchObject(fine)
})

test('a file that is there is replaced only where that was asked for, with the files of the old backup', async () => {
  const [first, second] = [await trainedStore({ trials: 3 }), await trainedStore({ trials: 1 })]
  const path = join(temporaryFolder(), 'kept.db')
  writeFileSync(path, 'my notes')
  await expect(backUp(first.store, path, usual)).rejects.toThrow('kept.db is there already')
  expect(readFileSync(path, 'utf8')).toBe('my notes')
  expect(readdirSync(dirname(path))).toEqual(['kept.db'])

  await backUp(first.store, path, { ...usual, replace: true })
  await backUp(second.store, path, { ...usual, replace: true })
  const copy = await opened(path)
  expect(await namesOf(copy)).toEqual(await namesOf(second.store))
  expect(await examine(copy, new Date())).toMatchObject(fine)
})

test('a backup that somebody uses is not replaced', async () => {
  const { store } = await trainedStore()
  const path = join(temporaryFolder(), 'kept.db')
  await backUp(store, path, usual)
  const copy = await opened(path)
  await expect(backUp(store, path, { ...usual, replace: true })).rejects.toThrow('kept.db is in use')
  expect(await examine(copy, new Date())).toMatchObject(fine)
})

test('files that the last backup has already are not copied again', async () => {
  const { store } = await trainedStore()
  const path = join(temporaryFolder(), 'kept.db')
  await backUp(store, path, usual)
  const [name = ''] = await namesOf(store)
  const file = join(artifactLocation(path), name)
  const before = statSync(file).ino
  await backUp(store, path, { ...usual, replace: true })
  expect(statSync(file).ino).toBe(before)
})

test('the store itself, and a name whose artifacts would be in its folder, are refused', async () => {
  const { store } = await trainedStore()
  const path = store.location.replace('sqlite:', '')
  await expect(backUp(store, path, { ...usual, replace: true })).rejects.toThrow('is the store itself')
  await expect(backUp(store, path.replace('.db', '.sqlite'), usual)).rejects.toThrow('where the store does')
})

test('a folder that is not there is refused, and nothing is left behind', async () => {
  const { store } = await trainedStore()
  const path = join(temporaryFolder(), 'none', 'kept.db')
  await expect(backUp(store, path, usual)).rejects.toThrow(/kept\.db can't be written/)
  expect(existsSync(dirname(path))).toBe(false)
})

test('nobody runs the copy of a sweep that runs: its trials are queued in it', async () => {
  const { store, sweep, ids } = await trainedStore({ completed: 1 })
  const [, training = 0] = ids
  await start(store, training)
  await acquireSweep(store.db, sweep.id, thisProcess(), new Date())
  const path = join(temporaryFolder(), 'kept.db')
  await backUp(store, path, usual)
  const copy = await opened(path)
  expect(await progressOf(copy.db, sweep.id)).toMatchObject({ completed: 1, running: 0, queued: 2 })
  expect(await attemptsOf(copy.db, training)).toMatchObject([{ state: 'lost' }])
  expect(
    await acquireSweep(copy.db, sweep.id, { host: 'another', pid: 1, process_start: '' }, new Date()),
  ).toBeUndefined()
  expect(await trialById(store.db, training)).toMatchObject({ state: 'running' })
})

test('does without a checkpoint that is damaged, and says so', async () => {
  const { store, artifacts } = await trainedStore()
  const [first = '', second = '', third = ''] = await namesOf(store)
  writeFileSync(join(artifacts.location, first), 'something else')
  rmSync(join(artifacts.location, second))
  const path = join(temporaryFolder(), 'kept.db')
  const { leftOut } = await backUp(store, path, usual)
  expect(leftOut).toEqual([expect.stringMatching(/cut short/), expect.stringMatching(/is gone/)])
  const copy = await opened(path)
  expect(await namesOf(copy)).toEqual([third])
  expect(await examine(copy, new Date())).toMatchObject(fine)
})

test('a damaged store is not backed up over a sound backup', async () => {
  const { store } = await trainedStore({ trials: 400, completed: 1 })
  const kept = join(temporaryFolder(), 'kept.db')
  await backUp(store, kept, usual)
  const path = store.location.replace('sqlite:', '')
  await store.close()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0xff, 3 * 4096, 12 * 4096))
  const before = readFileSync(kept)
  const damaged = await opened(path)
  await expect(backUp(damaged, kept, { ...usual, replace: true })).rejects.toThrow(/is damaged|malformed/)
  expect(readFileSync(kept)).toEqual(before)
})

test('beside a process that trains and prunes, every backup is consistent', async () => {
  const { store, sweep, ids } = await trainedStore({ trials: 20, completed: 15 })
  const trainer = await busyTrainer(store.location)
  const folder = temporaryFolder()
  for (let round = 0; round < 5; round++) {
    await trainer.epoch()
    const path = join(folder, `kept-${round}.db`)
    expect((await backUp(store, path, usual)).leftOut).toEqual([])
    const copy = await openStore(path, 'change')
    expect(await copy.check()).toMatchObject({ damage: [], dangling: [] })
    expect(await examine(copy, new Date())).toMatchObject(fine)
    expect(await progressOf(copy.db, sweep.id)).toMatchObject({ completed: 15, running: 0, queued: 5 })
    const trial = await trialById(copy.db, ids.at(-1) ?? 0)
    expect(trial).toMatchObject({ state: 'queued', attempt: 1 })
    await copy.close()
  }
  await trainer.end()
})
