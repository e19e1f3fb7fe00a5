import { expect, test } from 'vitest'

import { applyChanges } from '../../src/store/changes.ts'
import { lackingMetrics } from '../../src/store/lacking.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

test('completed trials that lack a metric are counted, with what they reported instead', async () => {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 4)
  const [a = 0, b = 0, c = 0, d = 0] = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(store.db, [
    ...[a, b, c, d].map((id) => start(id)),
    report(a, { epoch: 1, loss: 1, val_loss: 1 }),
    report(b, { epoch: 1, loss: 1 }),
    report(c, { epoch: 1, loss: 1, acc: 1 }),
    report(d, { epoch: 1, acc: 1 }),
    ...[a, b, c].map((id) => end(id, 'completed')),
    end(d, 'failed'),
  ])
  await store.db.updateTable('trials').set({ flops: null }).where('id', 'in', [b, c]).execute()
  expect(await lackingMetrics(store.db, sweep.id, ['val_loss', 'loss', 'flops'])).toEqual([
    { name: 'val_loss', completed: 3, lacking: 2, ids: [b, c], instead: ['loss', 'acc'] },
    { name: 'loss', completed: 3, lacking: 0, ids: [], instead: [] },
    { name: 'flops', completed: 3, lacking: 2, ids: [b, c], instead: ['loss', 'acc'] },
  ])
})
