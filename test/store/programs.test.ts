import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import {
  acceptProgram,
  keepProgram,
  keptProgram,
  programVersionsOf,
  trialsOfProgram,
} from '../../src/store/programs.ts'
import { deleteSweep } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { at, end, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const [first, second] = [
  { sha256: 'a', files: '[1]' },
  { sha256: 'b', files: '[2]' },
]

test('each attempt keeps which version it ran, and a sweep’s versions are those that its results come from', async () => {
  const store = await temporaryStore()
  const { db } = store
  const sweep = await plannedSweep(store, 4)
  const [one = 0, two = 0, three = 0, four = 0] = (await trialsOf(db, sweep.id)).map(({ id }) => id)
  await applyChanges(db, [start(one, 1, { program: 'a' }), end(one, 'completed')])
  // Interrupted, one goes on from its checkpoint with the second version, the other begins anew.
  await applyChanges(db, [start(two, 1, { program: 'a' }), end(two, 'queued')])
  await applyChanges(db, [start(three, 1, { program: 'a' }), end(three, 'queued')])
  await applyChanges(db, [start(two, 2, { program: 'b', resumedEpoch: 1 }), end(two, 'completed', 2)])
  await applyChanges(db, [start(three, 2, { program: 'b' }), end(three, 'completed', 2)])
  // A program without files has no version.
  await applyChanges(db, [start(four), end(four, 'completed')])

  expect(
    await db.selectFrom('attempts').select('program_sha256').orderBy('trial_id').orderBy('attempt').execute(),
  ).toEqual(['a', 'a', 'b', 'a', 'b', null].map((program_sha256) => ({ program_sha256 })))
  expect((await programVersionsOf(db, sweep.id)).map(({ program_sha256, trials }) => [program_sha256, trials])).toEqual(
    expect.arrayContaining([
      ['a', 2],
      ['b', 2],
    ]),
  )
  expect(await trialsOfProgram(db, sweep.id, 'a')).toEqual([one, two])
  expect(await trialsOfProgram(db, sweep.id, 'b')).toEqual([two, three])
})

test('a version is accepted for one sweep, and kept as long as a sweep or an attempt names it', async () => {
  const store = await temporaryStore()
  const { db } = store
  const [kept, other] = [await plannedSweep(store, 1, 'kept'), await plannedSweep(store, 1, 'other')]
  await keepProgram(db, first, at)
  await acceptProgram(db, kept.id, { version: first, at, detail: 'x.py has changed' })
  await acceptProgram(db, other.id, { version: second, at })
  expect(await db.selectFrom('sweeps').select('program_sha256').orderBy('id').execute()).toEqual([
    { program_sha256: 'a' },
    { program_sha256: 'b' },
  ])
  expect(await keptProgram(db, 'b')).toEqual(second)
  await deleteSweep(db, other, new Date())
  expect(await keptProgram(db, 'b')).toBeUndefined()
  expect(await keptProgram(db, 'a')).toEqual(first)
})
