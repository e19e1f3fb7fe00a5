import { Choice } from '../../src/figures/choice.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from '../store/change-of.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

/** Trials of a sweep of depth 1, 2, … and one width, `wide`, that have come to these scores; of them those that a condition leaves. */
export async function trainedSweep(scores: readonly number[]): Promise<(where?: string) => Promise<Choice>> {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, scores.length)
  const trials = await trialsOf(store.db, sweep.id)
  await applyChanges(
    store.db,
    trials.flatMap(({ id }, k) => [start(id), report(id, { epoch: 1, score: scores[k] ?? 0 }), end(id, 'completed')]),
  )
  await defineSweepView(store.db, sweep, ['depth', 'width'], ['score'])
  return (where) => Choice.of(store, sweep, where)
}
