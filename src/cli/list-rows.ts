import { formatMetricMean } from '../report/format.ts'
import { titleOf } from '../report/pareto-table.ts'
import type { TableRow } from '../report/text-table.ts'
import { outcomeOf } from '../results/outcome.ts'
import type { Store } from '../store/store.ts'
import { sweepProgress } from '../store/sweeps.ts'

/** The sweeps of a store with their progress and their best points. @param forPeople true for numbers as text */
export async function listRows(store: Store, { forPeople }: { readonly forPeople: boolean }): Promise<TableRow[]> {
  const sweeps = await store.db.selectFrom('sweeps').select(['id', 'name', 'definition']).execute()
  const byId = new Map(sweeps.map((sweep) => [sweep.id, sweep]))
  const rows: TableRow[] = []
  for (const progress of await sweepProgress(store.db)) {
    const sweep = byId.get(progress.id)
    if (sweep === undefined) continue
    const { objective, best, best_se } = await outcomeOf(store.db, sweep)
    const shown = objective === null || best === null ? null : formatMetricMean(objective.name, best, best_se)
    const what = objective === null ? null : objective.name
    rows.push({
      ...progress,
      objective: forPeople && what !== null ? titleOf(what) : what,
      ...(forPeople ? { best: shown } : { best, best_se }),
    })
  }
  return rows
}
