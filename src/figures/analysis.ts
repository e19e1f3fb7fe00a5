import { frontOf, type FrontMoment } from '../results/front.ts'
import { importancesOf, type Importances } from '../results/importance.ts'
import { frontMetrics } from '../results/front-metrics.ts'
import { isNoneFeasible, readPoints } from '../results/points.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** What the completed points of a sweep say, by its objectives or its objective and the cost of that. */
export interface AnalysisFigure {
  /** By objective. */
  readonly importances: readonly Importances[]
  readonly hypervolume: readonly FrontMoment[]
  /** By metric of the front: the worst of all points, up to which the hypervolume is measured. */
  readonly reference: Readonly<Record<string, number>>
  /** Completed trials that lack an objective: they count for no point. */
  readonly withoutObjective: number
  /** True if no point satisfies the constraints, which are ignored then. */
  readonly noneFeasible: boolean
}

/** Steps of the hypervolume over time. */
const moments = 60

export async function analysisFigure(store: Store, sweep: SweepRow): Promise<AnalysisFigure> {
  const metrics = await frontMetrics(store.db, sweep.id)
  if (metrics.length === 0) {
    return { importances: [], hypervolume: [], reference: {}, withoutObjective: 0, noneFeasible: false }
  }
  const points = await readPoints(store.db, sweep, { besides: metrics })
  const axes = metrics.map(({ name }) => points.metrics.findIndex((metric) => metric.name === name))
  const front = frontOf(points, moments, axes)
  return {
    // Which parameter decides the FLOPs is no finding.
    importances: importancesOf(points).filter(({ objective }) => objective !== 'flops'),
    hypervolume: front?.history ?? [],
    ...{ withoutObjective: points.withoutObjective, noneFeasible: isNoneFeasible(points) },
    reference: Object.fromEntries(metrics.map(({ name }, k) => [name, front?.reference[k] ?? NaN])),
  }
}
