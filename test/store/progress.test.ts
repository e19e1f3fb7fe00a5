import fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { takeBackLost } from '../../src/store/lost-trials.ts'
import type { Store } from '../../src/store/store.ts'
import { cancelSweep, deleteSweep, progressOf, sweepProgress } from '../../src/store/sweeps.ts'
import { requeue, trialsOf } from '../../src/store/trials.ts'
import { at, end, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const states = ['queued', 'running', 'completed', 'stopped', 'failed', 'cancelled'] as const

async function expectTrueCounts(store: Store, sweepId: number): Promise<void> {
  const trials = await trialsOf(store.db, sweepId)
  const counts = states.map((state) => [state, trials.filter((trial) => trial.state === state).length] as const)
  expect(await progressOf(store.db, sweepId)).toMatchObject({ trials: trials.length, ...Object.fromEntries(counts) })
}

test('the counts of states are true, whatever happens to trials', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 5)
  const what = fc.constantFrom('start', 'complete', 'fail', 'hand back', 'requeue', 'cancel', 'lose')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(what, fc.nat(4)), { maxLength: 10 }), async (events) => {
      for (const [event, k] of events) {
        const { id = 0, attempt = 0, state } = (await trialsOf(store.db, sweep.id))[k] ?? {}
        const ending = { complete: 'completed', fail: 'failed', 'hand back': 'queued' } as const
        if (event === 'requeue') await requeue(store.db, sweep.id, ['failed', 'cancelled'])
        else if (event === 'cancel') await cancelSweep(store.db, sweep.id, new Date(at))
        else if (event === 'lose') await takeBackLost(store.db, sweep.id, { limit: 1, at })
        else if (event === 'start' && state === 'queued') await applyChanges(store.db, [start(id, attempt + 1)])
        else if (event !== 'start' && state === 'running') {
          await applyChanges(store.db, [end(id, ending[event], attempt)])
        }
      }
      await expectTrueCounts(store, sweep.id)
    }),
    { numRuns: 30 },
  )
})

test('a sweep without trials has a row in the list, a deleted one has none', async () => {
  const store = await temporaryStore()
  const empty = await plannedSweep(store, 0, 'empty')
  const other = await plannedSweep(store, 2, 'other')
  expect(await sweepProgress(store.db)).toMatchObject([
    { name: 'empty', trials: 0, queued: 0 },
    { name: 'other', trials: 2, queued: 2 },
  ])
  await deleteSweep(store.db, other, new Date(at))
  await deleteSweep(store.db, empty, new Date(at))
  expect(await sweepProgress(store.db)).toEqual([])
  expect((await store.query('select * from state_counts')).rows).toEqual([])
})
