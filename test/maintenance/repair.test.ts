import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'

import { diagnoseStore } from '../../src/maintenance/diagnose-store.ts'
import { repairStore } from '../../src/maintenance/repair.ts'
import { acquireSweep, thisProcess } from '../../src/store/coordinators.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { deleteSweep } from '../../src/store/sweeps.ts'
import { attemptsOf, trialById } from '../../src/store/trials.ts'
import { olderStore, rawDatabase } from '../store/older-store.ts'
import { plannedSweep, temporaryFolder } from '../store/temporary-store.ts'
import { busyTrainer } from './busy-trainer.ts'
import { checkpoint, name, namesOf, start, trainedStore } from './stores.ts'

const gone = { host: thisProcess().host, pid: 2 ** 22 + 1, process_start: '' }

async function problems(location: string): Promise<string[]> {
  const lines = await diagnoseStore(location)
  return lines.filter(({ status }) => status !== 'ok').map(({ name, detail }) => `${name}: ${detail}`)
}

async function repaired(location: string): Promise<string[]> {
  const done: string[] = []
  await repairStore(location, (what) => done.push(what))
  return done
}

async function opened(path: string): Promise<Store> {
  const store = await openStore(path, 'change')
  onTestFinished(() => store.close())
  return store
}

test('nothing is wrong with a store in order, nothing is mended, and looking changes nothing', async () => {
  const { store } = await trainedStore({ completed: 2 })
  await store.close()
  const path = store.location.replace('sqlite:', '')
  const before = readFileSync(path)
  expect(await problems(store.location)).toEqual([])
  expect((await diagnoseStore(store.location)).map(({ name }) => name)).toEqual([
    ...['Store', 'Database', 'Schema', 'Trials', 'Checkpoints', 'Files', 'Views'],
  ])
  expect(readFileSync(path)).toEqual(before)
  expect(await repaired(store.location)).toEqual([])
})

test('a store that is not there is nothing wrong, but nothing to repair either', async () => {
  const path = join(temporaryFolder(), 'none.db')
  expect(await diagnoseStore(path)).toEqual([
    { name: 'Store', status: 'ok', detail: `${path}, which \`swath run\` will make` },
  ])
  await expect(repaired(path)).rejects.toThrow('there is no store')
})

test('a file that is no database is named, and left as it is', async () => {
  const path = join(temporaryFolder(), 'notes.txt')
  writeFileSync(path, 'these are my notes, and by no means a database; do not touch them '.repeat(40))
  const before = readFileSync(path)
  expect(await problems(path)).toEqual(['Database: not a database, or no longer one'])
  await expect(repaired(path)).rejects.toThrow(/nothing of .*notes\.txt can be read/)
  expect(readFileSync(path)).toEqual(before)
})

test('a store of an older swath is looked at as it is', async () => {
  const path = await olderStore()
  const before = readFileSync(path)
  expect(await problems(path)).toEqual([])
  expect((await diagnoseStore(path)).find(({ name }) => name === 'Schema')?.detail).toMatch(
    /^of an older swath: 0001-initial; the next command keeps a copy and adds 0002-artifacts/,
  )
  expect(readFileSync(path)).toEqual(before)
})

test('what a process that is gone left running is found, and queued again', async () => {
  const { store, sweep, ids } = await trainedStore({ completed: 1 })
  const [completed = 0, running = 0] = ids
  await start(store, running)
  await acquireSweep(store.db, sweep.id, gone, new Date(0))
  await store.db.updateTable('attempts').set({ state: 'running' }).where('trial_id', '=', completed).execute()

  expect(await problems(store.location)).toEqual([
    `Trials: left running by processes that are gone: ${running} (attempt 1)`,
    `Trials: attempts that never ended: ${completed} (attempt 1)`,
    `Trials: noted as running a sweep, but gone: process ${gone.pid} on ${gone.host}`,
  ])
  expect(await repaired(store.location)).toEqual([
    `trial ${running} is queued again, its attempt 1 closed`,
    `closed attempt 1 of trial ${completed}`,
    `forgot process ${gone.pid} on ${gone.host}, which ran a sweep and is gone`,
  ])
  expect(await trialById(store.db, running)).toMatchObject({ state: 'queued', attempt: 1, worker: null })
  expect(await attemptsOf(store.db, running)).toMatchObject([
    { state: 'lost', finished_at: expect.any(String) as string },
  ])
  expect(await trialById(store.db, completed)).toMatchObject({ state: 'completed' })
  expect(await problems(store.location)).toEqual([])
  await start(store, running, 2)
})

test('a trial that takes one process after another with it is not repaired for ever', async () => {
  const { store, ids } = await trainedStore({ completed: 0 })
  const [poisonous = 0] = ids
  for (const attempt of [1, 2, 3]) {
    await start(store, poisonous, attempt)
    expect(await repaired(store.location)).toEqual([
      `trial ${poisonous} is queued again, its attempt ${attempt} closed`,
    ])
    expect(await trialById(store.db, poisonous)).toMatchObject({ state: 'queued', losses: attempt })
  }
  await start(store, poisonous, 4)
  expect(await repaired(store.location)).toEqual([
    expect.stringMatching(`trial ${poisonous} has failed: 4 processes in a row ended while they trained it`),
  ])
  expect(await trialById(store.db, poisonous)).toMatchObject({ state: 'failed', losses: 4 })
})

test('a trial does without a checkpoint that is gone or damaged, and falls back to the one before', async () => {
  const { store, artifacts, ids } = await trainedStore()
  const [first = 0, second = 0, third = 0] = ids
  const newer = checkpoint(artifacts, first, 'attempt-1-epoch-2')
  await name(store, first, newer)
  writeFileSync(join(artifacts.location, newer.name), 'something else of another length than the one before')
  truncateSync(join(artifacts.location, `trial-${second}/attempt-1.safetensors`), 3)
  rmSync(join(artifacts.location, `trial-${third}`), { recursive: true })

  expect(await problems(store.location)).toEqual([
    `Checkpoints: trial ${first}: ${newer.name} is too long: expected ${newer.bytes} bytes, found 52`,
    `Checkpoints: trial ${second}: trial-${second}/attempt-1.safetensors is cut short: expected 23 bytes, found 3`,
    `Checkpoints: trial ${third}: trial-${third}/attempt-1.safetensors is gone`,
  ])
  expect(await repaired(store.location)).toHaveLength(5)
  expect(await namesOf(store)).toEqual([`trial-${first}/attempt-1.safetensors`])
  expect(artifacts.list(`trial-${first}`)).toHaveLength(1)
  expect(artifacts.list(`trial-${second}`)).toHaveLength(0)
  expect(await problems(store.location)).toEqual([])
})

test('files that are all gone at once, with their folder, may come back: their names stay', async () => {
  const { store, artifacts } = await trainedStore()
  const names = await namesOf(store)
  renameSync(artifacts.location, `${artifacts.location}.elsewhere`)
  expect(await problems(store.location)).toEqual([
    `Checkpoints: ${artifacts.location} is not there, and with it 3 checkpoints`,
  ])
  expect(await repaired(store.location)).toEqual([])
  expect(await namesOf(store)).toEqual(names)
  mkdirSync(artifacts.location)
  expect(await repaired(store.location)).toHaveLength(3)
  expect(await namesOf(store)).toEqual([])
})

test('rows past the references, missing views and strays are found and mended', async () => {
  const { store, artifacts, ids } = await trainedStore()
  const path = store.location.replace('sqlite:', '')
  const raw = await rawDatabase(path)
  await sql`pragma foreign_keys = off`.execute(raw)
  await sql`delete from trials where id = ${ids[2]}`.execute(raw)
  await sql`drop view progress`.execute(raw)
  await sql`drop view sweep_grid`.execute(raw)
  await raw.destroy()

  const found = await problems(store.location)
  expect(found.filter((line) => line.startsWith('References: '))).toHaveLength(4)
  expect(found.filter((line) => !line.startsWith('References: '))).toEqual([
    `Files: 1 file that nothing names (23B): trial-${ids[2] ?? 0}/`,
    'Views: not there: progress, sweep_grid',
  ])
  // Opening the store to write has created the views again.
  expect(await repaired(store.location)).toEqual([
    'removed 4 rows of sweeps or trials that are not there',
    `removed trial-${ids[2] ?? 0}/, which nothing names (23B)`,
  ])
  expect(await problems(store.location)).toEqual([])
  expect((await store.query('select depth from sweep_grid')).rows).toEqual([{ depth: 1 }, { depth: 2 }])
  expect(artifacts.list('')).toHaveLength(2)
})

test('a sweep whose definition cannot be read has no view, and the store opens, is repaired and used', async () => {
  const { store } = await trainedStore()
  const { id } = await plannedSweep(store, 2, 'other')
  await store.db.updateTable('sweeps').set({ definition: '{"parameters":3}' }).where('id', '=', id).execute()
  await sql`drop view sweep_grid`.execute(store.db)
  await store.close()
  const again = await opened(store.location)
  expect((await again.query('select depth from sweep_grid')).rows.length).toBeGreaterThan(0)
  await repaired(store.location)
  await deleteSweep(again.db, { id, name: 'other', view_name: 'sweep_other' }, new Date())
  expect(await problems(store.location)).toEqual([])
})

test('trials whose sweep another program has deleted keep no store from opening, and are removed by the repair', async () => {
  const { store } = await trainedStore()
  const { id } = await plannedSweep(store, 2, 'other')
  await store.close()
  const raw = await rawDatabase(store.location.replace('sqlite:', ''))
  await sql`pragma foreign_keys = off`.execute(raw)
  await sql`delete from sweeps where id = ${id}`.execute(raw)
  await sql`update state_counts set trials = 7`.execute(raw)
  await sql`drop trigger trials_changed`.execute(raw)
  await raw.destroy()
  await (await openStore(store.location, 'write')).close()
  expect(await repaired(store.location)).toContainEqual(expect.stringMatching(/^removed \d+ rows/))
  expect((await problems(store.location)).filter((line) => !line.startsWith('Files: '))).toEqual([])
})

test('a sweep that runs is not found to be broken, and is not repaired', async () => {
  const { store } = await trainedStore({ completed: 2 })
  const trainer = await busyTrainer(store.location)
  for (let round = 0; round < 10; round++) {
    await trainer.epoch()
    expect(await problems(store.location)).toEqual([])
  }
  await expect(repaired(store.location)).rejects.toThrow(/grid is being run by process \d+/)
  await trainer.kill()
  expect(await problems(store.location)).toContainEqual(
    expect.stringMatching(/left running by processes that are gone/),
  )
  await repaired(store.location)
  expect(await problems(store.location)).toEqual([])
})

describe('of a damaged database', () => {
  async function damagedStore(damage: (bytes: Buffer) => Buffer) {
    const trained = await trainedStore({ trials: 300, completed: 5 })
    await trained.store.close()
    const path = trained.store.location.replace('sqlite:', '')
    writeFileSync(path, damage(readFileSync(path)))
    return { ...trained, path, damaged: readFileSync(path) }
  }
  const overwritten = (bytes: Buffer) => {
    const pages = bytes.length / 4096
    // Every fourth page of the later half: of the tables' leaves.
    for (let page = Math.ceil(pages / 2); page < pages; page += 4) bytes.fill(0xa5, page * 4096, (page + 1) * 4096)
    return bytes
  }

  test.each([
    ['with pages overwritten', overwritten],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.9))],
  ])('%s what can be read is copied to a sound one, and the damaged one is kept', async (_, damage) => {
    const { path, damaged, artifacts } = await damagedStore(damage)
    expect(await problems(path)).toEqual([expect.stringMatching(/^Database: damaged: /)])
    expect(readFileSync(path)).toEqual(damaged)

    const done = await repaired(path)
    expect(done[0]).toMatch(
      /^the damaged database is kept as .*swath\.db\.damaged; what could be read of it: sweeps 1, trials \d+/,
    )
    expect(readFileSync(`${path}.damaged`)).toEqual(damaged)
    expect(readdirSync(dirname(path)).sort()).toEqual(['swath-artifacts', 'swath.db', 'swath.db.damaged'])
    // The checkpoints of trials that could not be read stay: they may be all that is left of them.
    expect(artifacts.list('')).toHaveLength(5)
    expect((await problems(path)).filter((problem) => !problem.startsWith('Files: '))).toEqual([])
    const store = await opened(path)
    const trials = await store.db.selectFrom('trials').selectAll().orderBy('id').execute()
    expect(trials.length).toBeGreaterThan(100)
    for (const { params, number } of trials) expect(JSON.parse(params)).toEqual({ depth: number, width: 'wide' })
    // What follows from rows follows from those that are left.
    const counted = await store.query('select trials from progress')
    expect(counted.rows).toEqual([{ trials: trials.length }])
    const metrics = await store.query('select count(*) as rows, sum(value) as sum from metrics')
    expect((await store.query('select count(*) as rows, sum(value) as sum from trial_metrics')).rows).toEqual(
      metrics.rows,
    )
  })

  test('of which nothing can be read it says so, and leaves it as it is', async () => {
    const { path, damaged } = await damagedStore((bytes) => bytes.fill(0xa5, 100, 4096))
    await expect(repaired(path)).rejects.toThrow(/nothing of .*swath\.db can be read/)
    expect(readFileSync(path)).toEqual(damaged)
    expect(existsSync(`${path}.damaged`)).toBe(false)
  })
})
