import type { Store } from '../store/store.ts'
import type { SweepRow } from '../store/schema.ts'
import { bringForward, trialsOfKey } from '../store/trials.ts'
import { canonicalJson } from '../sweep/seed.ts'
import type { NamedPoint } from '../sweep/points.ts'
import type { RunObserver } from './events.ts'

/** Of a grid's points that somebody named, says which are there already; those that wait come before all others. */
export async function bringNamedForward(
  store: Store,
  sweep: SweepRow,
  named: readonly NamedPoint[],
  observer: Pick<RunObserver, 'note'>,
): Promise<void> {
  for (const { params } of named) {
    const key = canonicalJson(params)
    const [trial] = await trialsOfKey(store.db, sweep.id, key)
    if (trial === undefined) continue
    if (trial.state === 'queued') await bringForward(store.db, sweep.id, key)
    observer.note(thereAlready(trial))
  }
}

export function thereAlready({
  id,
  state,
  params,
}: {
  readonly id: number
  readonly state: string
  readonly params: string
}) {
  return `${params} is trial ${id} already: ${state}${state === 'queued' ? ', and comes first now' : ''}.`
}
