import type { Report } from '../../src/programs/program.ts'
import { applyChanges } from '../../src/store/changes.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start } from './change-of.ts'
import { plannedSweep } from './temporary-store.ts'

/** A trial's metrics, epoch by epoch; what is null it did not report. */
export type Reports = readonly Readonly<Record<string, number | null>>[]

/** A sweep of depth 1, 2, … and one width, `wide`: a completed trial for each list of reports. */
export async function completedSweep(
  store: Store,
  trials: readonly Reports[],
  name?: string,
): Promise<{ readonly sweep: SweepRow; readonly ids: readonly number[] }> {
  const sweep = await plannedSweep(store, trials.length, name)
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(
    store.db,
    ids.flatMap((id, k) => {
      const reports = (trials[k] ?? []).map((metrics, epoch) => report(id, { epoch: epoch + 1, ...there(metrics) }))
      return [start(id), ...reports, end(id, 'completed')]
    }),
  )
  return { sweep, ids }
}

function there(metrics: Reports[number]): Omit<Report, 'epoch'> {
  return Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== null))
}
