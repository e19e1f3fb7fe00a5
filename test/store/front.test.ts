import fc from 'fast-check'
import { expect, test } from 'vitest'

import { paretoSplit } from '../../src/report/pareto.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { bestTrialIds, findAxisSource, type FoundAxis } from '../../src/store/front.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

interface Point {
  readonly score: number | null
  readonly seconds: number
}

async function sweepOf(store: Store, points: readonly Point[], name: string): Promise<{ id: number; ids: number[] }> {
  const sweep = await plannedSweep(store, points.length, name)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(
    store.db,
    ids.flatMap((id, k) => {
      const { score, seconds } = points[k] ?? { score: null, seconds: 0 }
      return [start(id), report(id, { epoch: 1, seconds, ...(score === null ? {} : { score }) }), end(id, 'completed')]
    }),
  )
  return { id: sweep.id, ids }
}

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
      const { id, ids } = await sweepOf(store, all, `sweep-${++made}`)
      const chosen = isOneAxis ? axes.slice(1) : axes
      const shown = await bestTrialIds(store.db, id, chosen, limit)
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
  const { id } = await sweepOf(store, [{ score: 1, seconds: 1 }], 'small')
  expect(await findAxisSource(store.db, id, 'score')).toBe('metric')
  expect(await findAxisSource(store.db, id, 'flops')).toBe('count')
  expect(await findAxisSource(store.db, id, 'depth')).toBe('parameter')
  // A text is not a number.
  expect(await findAxisSource(store.db, id, 'width')).toBeUndefined()
  expect(await findAxisSource(store.db, id, 'nothing')).toBeUndefined()
})
