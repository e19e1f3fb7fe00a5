import { sweepMetric } from '../../src/metrics/catalogue.ts'
import type { SweepPoints } from '../../src/results/points.ts'
import type { Parameters } from '../../src/programs/program.ts'
import { coordinateIn, isThere } from '../../src/search/space.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import { spaceOf, type ParametersContent } from '../../src/sweep/space.ts'

export interface PointRow {
  readonly params: Parameters
  readonly values: readonly number[]
}

/** Completed points as they are read from a store, with a seed each. */
export function pointsOf(
  parameters: ParametersContent,
  objectives: readonly Objective[],
  rows: readonly PointRow[],
): SweepPoints {
  const space = spaceOf(parameters)
  const metrics = objectives.map((objective, k) => ({
    ...sweepMetric(objective.name, { objectives, reductions: {} }),
    objective: k + 1,
  }))
  return {
    ...{ objectives: metrics, metrics, space, size: rows.length, withoutObjective: 0 },
    params: rows.map(({ params }) => params),
    trials: rows.map((_, k) => k + 1),
    seeds: rows.map(() => 1),
    ended: rows.map((_, k) => 1_000 * k),
    means: objectives.map((_, objective) => rows.map(({ values }) => values[objective] ?? NaN)),
    errors: objectives.map(() => rows.map(() => NaN)),
    violations: rows.map(() => 0),
    coordinates: space.parameters.map((parameter) =>
      rows.map(({ params }) => (isThere(parameter, params) ? coordinateIn(params, parameter) : NaN)),
    ),
  }
}
