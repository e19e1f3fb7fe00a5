import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { olderStore, rawDatabase } from './older-store.ts'
import { plannedSweep, storeKind, temporaryStore } from './temporary-store.ts'

/** What the metrics themselves say. */
const recounted = `
  select trial_id, name, max(epoch) as epochs, avg(value) as mean, min(value) as least, max(value) as greatest,
    (select last.value from metrics last where last.trial_id = m.trial_id and last.name = m.name order by epoch desc limit 1)
      as value
  from metrics m group by trial_id, name order by trial_id, name`
const kept = 'select trial_id, name, epochs, mean, least, greatest, value from trial_metrics order by trial_id, name'

async function expectAgreement(store: Store): Promise<void> {
  const rows = (await store.query(kept)).rows.map(({ mean, ...row }) => ({ ...row, mean: Number(mean) }))
  const expected = (await store.query(recounted)).rows.map(({ mean, ...row }) => ({
    ...row,
    mean: expect.closeTo(Number(mean), 9) as number,
  }))
  expect(rows).toEqual(expected)
}

test('final metrics follow the reports, in whatever groups they are written', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 200)
  const trials = await trialsOf(store.db, sweep.id)
  const value = fc.double({ min: -10, max: 10, noNaN: true })
  const groups = fc.array(fc.array(fc.record({ loss: value, score: fc.option(value) }), { maxLength: 3 }), {
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(groups, async (all) => {
      const { id = 0 } = trials.shift() ?? {}
      await applyChanges(store.db, [start(id)])
      let epoch = 0
      for (const group of all) {
        const reports = group.map(({ loss, score }) =>
          report(id, { epoch: ++epoch, loss, ...(score !== null && { score }) }),
        )
        await applyChanges(store.db, reports)
      }
    }),
    // Numbers whose half is none.
    { numRuns: 50, examples: [[[[{ loss: 5e-324, score: null }], [{ loss: 0, score: -5e-324 }]]]] },
  )
  await expectAgreement(store)
})

test('what a later attempt supersedes no longer counts', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store)
  const [{ id } = { id: 0 }] = await trialsOf(store.db, sweep.id)
  const reports = (attempt: number, epochs: readonly number[]) =>
    epochs.map((epoch) => report(id, { epoch, loss: attempt + epoch, [`only_${attempt}`]: 1 }, { attempt }))
  await applyChanges(store.db, [start(id), ...reports(1, [1, 2, 3]), end(id, 'queued')])
  await applyChanges(store.db, [start(id, 2, { resumedEpoch: 1 })])
  expect((await store.query("select value, epochs from trial_metrics where name = 'loss'")).rows).toEqual([
    { value: 2, epochs: 1 },
  ])
  await applyChanges(store.db, [...reports(2, [2]), end(id, 'queued', 2)])
  await expectAgreement(store)
  await applyChanges(store.db, [start(id, 3, { resumedEpoch: 0 })])
  expect((await store.query(kept)).rows).toEqual([])
})

test.runIf(storeKind() === 'sqlite')(
  'a store from before them is given final metrics and counts of states',
  async () => {
    const path = await olderStore({ migrations: 3 })
    const old = await rawDatabase(path)
    const insert = sql`insert into trials (sweep_id, number, params, repeat, seed, state)`
    await sql`${insert} values (1, 2, '{"depth":2}', 0, 0, 'completed'), (1, 3, '{"depth":3}', 0, 0, 'queued')`.execute(
      old,
    )
    const [first, second] = await sql<{ id: number }>`select id from trials where number > 1`
      .execute(old)
      .then(({ rows }) => rows)
    await old
      .insertInto('metrics')
      .values(
        [first, second].flatMap((trial) =>
          [1, 2, 3].map((epoch) => ({ trial_id: trial?.id ?? 0, epoch, name: 'loss', value: 1 / epoch })),
        ),
      )
      .execute()
    await old.destroy()

    const store = await openStore(path, 'read')
    await expectAgreement(store)
    expect((await store.query('select trials, completed, queued from progress')).rows).toEqual([
      { trials: 3, completed: 1, queued: 2 },
    ])
    await store.close()
  },
)

test('a sum that is too large for a number is infinite, and no error', async () => {
  const store = await temporaryStore()
  const [{ id } = { id: 0 }] = await trialsOf(store.db, (await plannedSweep(store)).id)
  await applyChanges(store.db, [start(id), report(id, { epoch: 1, loss: 1.7e308 })])
  await applyChanges(store.db, [report(id, { epoch: 2, loss: 1.7e308 }), report(id, { epoch: 3, loss: 1 })])
  const question = "select value, mean, epochs from trial_metrics where name = 'loss'"
  expect((await store.query(question)).rows).toEqual([{ value: 1, mean: Infinity, epochs: 3 }])
  await applyChanges(store.db, [end(id, 'queued')])
  await applyChanges(store.db, [start(id, 2, { resumedEpoch: 2 })])
  expect((await store.query(question)).rows).toEqual([{ value: 1.7e308, mean: Infinity, epochs: 2 }])
})
