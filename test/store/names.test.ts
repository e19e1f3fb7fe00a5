import { sql } from 'kysely'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { namingNotes } from '../../src/store/naming-notes.ts'
import type { Store } from '../../src/store/store.ts'
import { defineSweepView, mostColumns, ReportedMetrics } from '../../src/store/sweep-view.ts'
import { createSweep, deleteSweep, sweepById, sweepNamed } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { runs } from '../fuzz.ts'
import { report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** Stores a sweep of one trial as a run of a file of this name does. */
async function stored(store: Store, file_name: string, { definition = {}, settings = {} } = {}) {
  const sweep = await createSweep(
    store.db,
    {
      ...{ name: file_name, file_name, description: null, method: 'grid', program: 'p' },
      ...{ definition: JSON.stringify(definition), settings: JSON.stringify(settings), source: '', source_path: '' },
      ...{ seed: 0, created_at: '2026-01-01T00:00:00.000Z', cancelled_at: null },
    },
    [{ number: 1, params: '{"lr":0.1}', repeat: 0, seed: 0, parameter_count: null, flops: null }],
  )
  await defineSweepView(store.db, sweep, ['lr'], [])
  return sweep
}

test('names in any script have views that need no quotes, also in capitals', async () => {
  const store = await temporaryStore()
  for (const name of ['学習率', 'ünï', 'ñn', 'Größe', 'ÀB', 'नमूना', '٣']) {
    const sweep = await stored(store, name)
    expect(sweep.name).toBe(name)
    for (const view of [sweep.view_name, `SWEEP_${name}`]) {
      expect((await store.query(`select lr from ${view}`)).rows, view).toHaveLength(1)
    }
    expect(await namingNotes(store.db, sweep)).toEqual([])
  }
})

test('names whose views would be the same are told apart, in words, and keep their views', async () => {
  const store = await temporaryStore()
  const first = await stored(store, 'a-b')
  const second = await stored(store, 'a_b')
  const third = await stored(store, 'A.b')
  expect([first, second, third].map(({ name, view_name }) => [name, view_name])).toEqual([
    ['a-b', 'sweep_a_b'],
    ['a_b', 'sweep_a_b_2'],
    ['A.b', 'sweep_a_b_3'],
  ])
  expect(await namingNotes(store.db, second)).toEqual(['The view of a_b is sweep_a_b_2: sweep_a_b is that of a-b.'])
  // The next sweep of this file has a view with that very name in mind.
  expect(await stored(store, 'a_b')).toMatchObject({ name: 'a_b-2', view_name: 'sweep_a_b_2_2' })

  await deleteSweep(store.db, first, new Date())
  expect(await sweepById(store.db, second.id)).toMatchObject({ name: 'a_b', view_name: 'sweep_a_b_2' })
  expect((await store.query('select lr from sweep_a_b_2')).rows).toHaveLength(1)
  expect(await stored(store, 'a-b')).toMatchObject({ name: 'a-b', view_name: 'sweep_a_b' })
})

test('files whose names become the same sweep name are two sweeps, and each is found by its own', async () => {
  const store = await temporaryStore()
  await stored(store, 'lr-sweep')
  const spaced = await stored(store, 'lr sweep')
  expect(spaced).toMatchObject({ name: 'lr-sweep-2', file_name: 'lr sweep' })
  expect(await namingNotes(store.db, spaced)).toEqual([
    'The sweep "lr sweep" is lr-sweep-2 here: lr-sweep is "lr-sweep".',
  ])
  expect((await sweepNamed(store.db, 'lr-sweep'))?.file_name).toBe('lr-sweep')
  expect((await sweepNamed(store.db, 'lr sweep'))?.name).toBe('lr-sweep-2')
  // A second one from this file: a name that leads to two sweeps leads to neither.
  const again = await stored(store, 'lr sweep')
  expect(again.name).toBe('lr-sweep-3')
  expect(await namingNotes(store.db, again)).toHaveLength(1)
  expect(await sweepNamed(store.db, 'lr sweep')).toBeUndefined()
})

test('a name is found in whichever Unicode form it is typed', async () => {
  const store = await temporaryStore()
  await stored(store, 'ünï')
  expect((await sweepNamed(store.db, 'ünï'.normalize('NFD')))?.name).toBe('ünï')
})

test('two processes that create sweeps with the same view at once get two views', async () => {
  const store = await temporaryStore()
  const sweeps = await Promise.all(['p-q', 'p_q', 'p.q', 'P-q'].map((name) => stored(store, name)))
  expect(new Set(sweeps.map(({ view_name }) => view_name)).size).toBe(4)
})

test('whatever sweeps are called, each has a view of its own of at most 63 bytes', async () => {
  const store = await temporaryStore()
  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'A', '-', '_', '.', 'ü', '学', '2'), minLength: 1, maxLength: 4 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name.map((text) => text.replaceAll('\0', '0').normalize('NFC'))), async (names) => {
      const sweeps = []
      for (const each of names) sweeps.push(await stored(store, each))
      for (const sweep of sweeps) {
        expect(Buffer.byteLength(sweep.view_name)).toBeLessThanOrEqual(63)
        const { rows } = await store.query(`select trial_id from ${sweep.view_name}`)
        expect(rows).toEqual((await trialsOf(store.db, sweep.id)).map(({ id }) => ({ trial_id: id })))
        expect((await sweepNamed(store.db, sweep.name))?.id).toBe(sweep.id)
      }
      for (const sweep of sweeps) await deleteSweep(store.db, sweep, new Date())
    }),
    runs(15),
  )
})

test('a thousand metrics never cut off what the sweep varies and decides by', async () => {
  const store = await temporaryStore()
  const sweep = await stored(store, 'per class', {
    definition: {
      parameters: { batch: { value: 8 }, lr: { values: [0.1, 0.2] } },
      constraints: ['zz_memory <= 60'],
      early_terminate: { type: 'median', objectives: [{ name: 'zz_early', goal: 'minimize' }] },
    },
    settings: { objectives: [{ name: 'zz_loss', goal: 'minimize' }], program: { command: ['p'] } },
  })
  const [trial] = await trialsOf(store.db, sweep.id)
  const id = trial?.id ?? 0
  const perClass = Object.fromEntries(Array.from({ length: 1_000 }, (_, k) => [`acc_${k}`, k]))
  const reported = await ReportedMetrics.of(store.db, sweep)
  expect(reported.add(Object.keys(perClass))).toBe(true)
  expect(reported.add(['one_more'])).toBe(false)
  // They come last, when the view is full.
  expect(reported.add(['zz_loss', 'zz_memory', 'zz_early'])).toBe(true)
  await applyChanges(store.db, [
    start(id),
    report(id, { epoch: 1, ...perClass, zz_loss: 0.5, zz_memory: 7, zz_early: 8 }),
  ])
  await defineSweepView(store.db, sweep, ['batch', 'lr'], [...reported.names].sort())
  const { columns, rows } = await store.query(`select * from ${sweep.view_name}`)
  expect(columns).toHaveLength(mostColumns)
  expect(columns.slice(10, 16)).toEqual(['lr', 'zz_loss', 'zz_early', 'zz_memory', 'batch', 'acc_0'])
  expect(rows[0]).toMatchObject({ lr: 0.1, zz_loss: 0.5, zz_memory: 7, zz_early: 8 })
})

test('a metric that decides never takes the name of a parameter', async () => {
  const store = await temporaryStore()
  const sweep = await stored(store, 'same', {
    definition: { parameters: { lr: { value: 0.1 } } },
    settings: { objectives: [{ name: 'lr', goal: 'minimize' }], program: { command: ['p'] } },
  })
  await defineSweepView(store.db, sweep, ['lr'], ['lr'])
  const { columns } = await store.query(`select * from ${sweep.view_name}`)
  expect(columns.slice(10)).toEqual(['metric_lr', 'lr'])
})

test('a view of another sweep is never in the way of a new sweep', async () => {
  const store = await temporaryStore()
  await plannedSweep(store, 1, 'x')
  await sql`update sweeps set view_name = 'sweep_y'`.execute(store.db)
  expect(await stored(store, 'y')).toMatchObject({ name: 'y', view_name: 'sweep_y_2' })
})
