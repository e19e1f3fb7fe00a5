import { formatMetricMean } from '../report/format.ts'
import { titleOf } from '../report/pareto-table.ts'
import type { TableRow } from '../report/text-table.ts'
import { bestValues } from '../store/best-values.ts'
import type { Store } from '../store/store.ts'
import { sweepProgress } from '../store/sweeps.ts'

/** The sweeps of a store with their progress and their best points. @param forPeople true for numbers as text */
export async function listRows({ db }: Store, { forPeople }: { readonly forPeople: boolean }): Promise<TableRow[]> {
  const best = new Map((await bestValues(db)).map((row) => [row.sweep_id, row]))
  return (await sweepProgress(db)).map((progress): TableRow => {
    const own = best.get(progress.id)
    if (own === undefined) return { ...progress, objective: null, best: null, best_se: null }
    const { objective, value, value_se } = own
    if (!forPeople) return { ...progress, objective, best: value, best_se: value_se }
    return { ...progress, objective: titleOf(objective), best: formatMetricMean(objective, value, value_se) }
  })
}
