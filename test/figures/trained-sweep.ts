import { Choice } from '../../src/figures/choice.ts'
import type { Store } from '../../src/store/store.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { completedSweep, type Reports } from '../store/completed-sweep.ts'
import { temporaryStore } from '../store/temporary-store.ts'

/** Its trials, and how to choose among them by a condition. */
export interface TrainedSweep {
  readonly ids: readonly number[]
  readonly choose: (where?: string) => Promise<Choice>
}

/** A sweep of depth 1, 2, … and one width, `wide`, with a view of its own. */
export async function trainedSweep(trials: readonly Reports[], store?: Store, name?: string): Promise<TrainedSweep> {
  const kept = store ?? (await temporaryStore())
  const { sweep, ids } = await completedSweep(kept, trials, name)
  const metrics = new Set(trials.flatMap((reports) => reports.flatMap(Object.keys)))
  await defineSweepView(kept.db, sweep, ['depth', 'width'], [...metrics])
  return { ids, choose: (where) => Choice.of(kept, sweep, { where }) }
}

/** Trials of one epoch each, that have come to these scores. */
export async function scored(scores: readonly number[]): Promise<TrainedSweep['choose']> {
  return (await trainedSweep(scores.map((score) => [{ score }]))).choose
}
