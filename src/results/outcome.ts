import type { Kysely } from 'kysely'

import type { Goal } from '../metrics/goal.ts'
import { shareOf } from '../report/share.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { bestPoints } from './best.ts'
import { frontMetrics } from './front-metrics.ts'
import { frontOf } from './front.ts'
import { readPoints, type SweepPoints } from './points.ts'

/** What a sweep came to, in one line of a list. */
export interface Outcome {
  readonly objective: { readonly name: string; readonly goal: Goal } | null
  /** The mean of the best point. */
  readonly best: number | null
  /** Its standard error; null for a single seed. */
  readonly best_se: number | null
  /** Points of the front from 0 to 1 in each direction, in order of the cost. */
  readonly spark: [number, number][]
}

export const noOutcome: Outcome = { objective: null, best: null, best_se: null, spark: [] }

const mostSparks = 24

export async function outcomeOf(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'name' | 'definition'>,
): Promise<Outcome> {
  const metrics = await frontMetrics(db, sweep.id)
  const points = await readPoints(db, sweep, { besides: metrics })
  const [first] = points.objectives
  if (first === undefined) return noOutcome
  const [best] = bestPoints(points, 1)
  const error = points.errors[0]?.[best ?? -1] ?? NaN
  return {
    objective: { name: first.name, goal: first.goal },
    best: best === undefined ? null : (points.means[0]?.[best] ?? null),
    best_se: Number.isNaN(error) ? null : error,
    spark:
      metrics.length < 2
        ? []
        : sparkOf(
            points,
            metrics.slice(0, 2).map(({ name }) => placeOf(points, name)),
          ),
  }
}

function placeOf({ metrics }: SweepPoints, name: string): number {
  return metrics.findIndex((metric) => metric.name === name)
}

/** @param axes places of the objective and its cost among the metrics */
function sparkOf(points: SweepPoints, [y = 0, x = 0]: readonly number[]): [number, number][] {
  const front = (frontOf(points, 1, [y, x])?.points ?? []).map((k) => ({
    ...{ x: points.means[x]?.[k] ?? NaN, y: points.means[y]?.[k] ?? NaN },
  }))
  front.sort((a, b) => a.x - b.x)
  const step = Math.ceil(front.length / mostSparks)
  const shown = front.filter((_, k) => k % step === 0 || k === front.length - 1)
  const boundsOf = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const
  const xs = boundsOf(shown.map((point) => point.x))
  const ys = boundsOf(shown.map((point) => point.y))
  return shown.map((point) => [shareOf(point.x, xs), shareOf(point.y, ys)])
}
