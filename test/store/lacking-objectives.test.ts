import { expect, test } from 'vitest'

import { lackingObjectives } from '../../src/store/lacking-objectives.ts'
import { makeSweep } from '../results/made-sweep.ts'
import { temporaryStore } from './temporary-store.ts'

const trial = (...reports: Readonly<Record<string, number>>[]) => [{ state: 'completed' as const, reports }]

test('completed trials that lack an objective are counted once, with what they reported instead', async () => {
  const store = await temporaryStore()
  const sweep = await makeSweep(store, {
    ...{ name: 'lacks', repeat: 1, parameters: { x: { values: [0, 1, 2, 3, 4] } } },
    objectives: [
      { name: 'val_loss', goal: 'minimize' },
      { name: 'flops', goal: 'minimize' },
    ],
    points: [
      { params: { x: 0 }, flops: 1, trials: trial({ val_loss: 1, loss: 1 }) },
      { params: { x: 1 }, flops: 1, trials: trial({ loss: 1 }) },
      { params: { x: 2 }, trials: trial({ loss: 1, acc: 1 }) },
      { params: { x: 3 }, trials: [{ state: 'failed', reports: [{ acc: 1 }] }] },
      { params: { x: 4 }, trials: trial() },
    ],
  })
  const found = await lackingObjectives(store.db, sweep.id)
  expect(found).toMatchObject({ completed: 4, lacking: 3, names: ['val_loss', 'flops'], instead: ['loss', 'acc'] })
  expect(found.ids).toHaveLength(3)
})

test('without an objective none is lacking', async () => {
  const store = await temporaryStore()
  const points = [{ params: { x: 0 }, trials: trial() }]
  const sweep = await makeSweep(store, { name: 'silent', repeat: 1, parameters: { x: { value: 0 } }, points })
  expect(await lackingObjectives(store.db, sweep.id)).toMatchObject({ completed: 1, lacking: 0, names: [] })
})
