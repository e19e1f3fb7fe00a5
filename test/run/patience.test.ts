import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { openArtifacts } from '../../src/artifacts/open.ts'
import { sharedFolder } from '../../src/artifacts/shared-folder.ts'
import { Aggregator, writeOrWait } from '../../src/run/aggregator.ts'
import { Patience } from '../../src/run/patience.ts'
import { Removal } from '../../src/run/removal.ts'
import { metricsOf, trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from '../store/change-of.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

/** A store that may not grow any more: SQLite answers as it does where the disk is full. */
async function fullStore() {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 1)
  const [trial] = await trialsOf(store.db, sweep.id)
  const pages = await sql<{ page_count: number }>`pragma page_count`.execute(store.db)
  const limit = async (more: number) => {
    await sql`pragma max_page_count = ${sql.lit((pages.rows[0]?.page_count ?? 0) + more)}`.execute(store.db)
  }
  await limit(0)
  const notes: string[] = []
  const stop = new AbortController()
  let hear: () => void = () => undefined
  const heard = new Promise<void>((resolve) => (hear = resolve))
  const note = (text: string) => {
    notes.push(text)
    hear()
  }
  const patience = new Patience(store, { note }, stop.signal)
  const removal = new Removal(sharedFolder(openArtifacts('/nowhere')))
  const aggregator = new Aggregator(writeOrWait(store.db, patience, removal))
  return { store, limit, notes, heard, stop, aggregator, trialId: trial?.id ?? 0 }
}

/** Work that fails so often with an error of this code, as Node and the drivers throw it. */
function failing(times: number, code: string) {
  let left = times
  return () =>
    left-- > 0 ? Promise.reject(Object.assign(new Error(`failed with ${code}`), { code })) : Promise.resolve('done')
}

async function patient() {
  const notes: string[] = []
  const store = await temporaryStore()
  const note = (text: string) => notes.push(text)
  return { notes, patience: new Patience(store, { note }, new AbortController().signal) }
}

test.each(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'SQLITE_NOMEM', 'SQLITE_INTERRUPT', 'SQLITE_OF_A_LATER_VERSION'])(
  '%s is tried again, with one notice',
  async (code) => {
    const { notes, patience } = await patient()
    expect(await patience.read(failing(3, code))).toBe('done')
    expect(notes).toEqual([expect.stringContaining('It is tried again.')])
  },
)

test.each(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CORRUPT', 'SQLITE_ERROR', 'EINVAL'])(
  '%s comes again, and is not tried again',
  async (code) => {
    const { notes, patience } = await patient()
    await expect(patience.read(failing(1, code))).rejects.toMatchObject({ code })
    expect(notes).toEqual([])
  },
)

const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`a_rather_long_name_of_a_metric_${i}`, i]))

test('a sweep whose disk is full says so once, waits, and loses nothing when there is room', async () => {
  const { store, limit, notes, heard, aggregator, trialId } = await fullStore()
  await aggregator.write(start(trialId))
  const written = [
    aggregator.write(report(trialId, { epoch: 1, ...many })),
    aggregator.write(report(trialId, { epoch: 2, ...many })),
  ]
  await heard
  const ended = aggregator.write(end(trialId, 'completed'))
  expect(await metricsOf(store.db, trialId)).toEqual([])
  await limit(1_000)
  await Promise.all([...written, ended])
  expect(await metricsOf(store.db, trialId)).toHaveLength(6_000)
  expect(notes).toEqual([
    expect.stringMatching(/swath\.db cannot be written: the disk is full\. The sweep waits and goes on by itself/),
    expect.stringMatching(/takes writes again: the sweep goes on/),
  ])
})

test('a run that is ended while it waits for room fails, and what it had written is whole', async () => {
  const { store, heard, stop, aggregator, trialId } = await fullStore()
  await aggregator.write(start(trialId))
  const written = aggregator.write(report(trialId, { epoch: 1, ...many }))
  await heard
  stop.abort()
  await expect(written).rejects.toThrow(/full/)
  expect((await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db)).rows).toEqual([
    { integrity_check: 'ok' },
  ])
  expect(await metricsOf(store.db, trialId)).toEqual([])
})
