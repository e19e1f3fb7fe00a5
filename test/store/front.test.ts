import fc from 'fast-check'
import { expect, test } from 'vitest'

import { paretoSplit } from '../../src/report/pareto.ts'
import { bestTrialIds, findAxisSource, type FoundAxis } from '../../src/store/front.ts'
import { completedSweep } from './completed-sweep.ts'
import { temporaryStore } from './temporary-store.ts'

const axes: readonly FoundAxis[] = [
  { key: 'seconds', goal: 'minimize', source: 'metric' },
  { key: 'score', goal: 'maximize', source: 'metric' },
]

test('the trials shown first are those on the front, then the best of the rest, then those without a value', async () => {
  const store = await temporaryStore()
  const level = fc.integer({ min: 0, max: 4 })
  const points = fc.array(fc.record({ score: fc.option(level), seconds: level }), { minLength: 1, maxLength: 12 })
  let made = 0
  await fc.assert(
    fc.asyncProperty(points, fc.integer({ min: 1, max: 12 }), fc.boolean(), async (all, limit, isOneAxis) => {
      const { sweep, ids } = await completedSweep(
        store,
        all.map((point) => [{ ...point }]),
        `sweep-${++made}`,
      )
      const chosen = isOneAxis ? axes.slice(1) : axes
      const shown = await bestTrialIds(store.db, sweep.id, chosen, limit)
      const rows = ids.map((trial, k) => ({ trial, ...(all[k] ?? { score: null, seconds: 0 }) }))
      const { front, dominated, incomplete } = paretoSplit(rows, chosen, ({ score, seconds }) => ({ score, seconds }))
      const tell = (trial: number) => {
        const { score, seconds } = rows.find((row) => row.trial === trial) ?? { score: null, seconds: 0 }
        return isOneAxis ? [score] : score === null ? ['incomplete'] : [score, seconds]
      }
      const expected = [...front, ...dominated, ...incomplete].slice(0, limit)
      expect(shown.map(tell)).toEqual(expected.map(({ trial }) => tell(trial)))
    }),
    { numRuns: 60 },
  )
})

test('an axis is found where a completed trial has a number of its name', async () => {
  const store = await temporaryStore()
  const { sweep } = await completedSweep(store, [[{ score: 1, seconds: 1 }]])
  expect(await findAxisSource(store.db, sweep.id, 'score')).toBe('metric')
  expect(await findAxisSource(store.db, sweep.id, 'flops')).toBe('count')
  expect(await findAxisSource(store.db, sweep.id, 'depth')).toBe('parameter')
  // A text is not a number.
  expect(await findAxisSource(store.db, sweep.id, 'width')).toBeUndefined()
  expect(await findAxisSource(store.db, sweep.id, 'nothing')).toBeUndefined()
})
