import { frontOf, type FrontMoment } from '../analysis/front.ts'
import { importancesOf, type Importances } from '../analysis/importance.ts'
import { readPoints } from '../analysis/points.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { chooseAxes } from './axes.ts'

/** What the completed points of a sweep say, by what they are plotted over unless something else is asked for. */
export interface AnalysisFigure {
  /** By objective. */
  readonly importances: readonly Importances[]
  /** Of the front over both axes. */
  readonly hypervolume: readonly FrontMoment[]
  /** By axis: the worst of all, up to which the hypervolume is measured. */
  readonly reference: Readonly<Record<string, number>>
}

/** Steps of the hypervolume over time. */
const moments = 60

export async function analysisFigure(store: Store, sweep: SweepRow): Promise<AnalysisFigure> {
  const axes = (await chooseAxes(store, sweep, {})).map(({ key, goal }) => ({ name: key, goal }))
  if (axes.length === 0) return { importances: [], hypervolume: [], reference: {} }
  const points = await readPoints(store.db, sweep, axes)
  const front = frontOf(points, moments)
  return {
    // What is paid follows from the parameters: which of them is no finding.
    importances: importancesOf(points).filter(({ objective }) => objective !== 'flops'),
    hypervolume: front?.history ?? [],
    reference: Object.fromEntries(axes.map(({ name }, k) => [name, front?.reference[k] ?? NaN])),
  }
}
