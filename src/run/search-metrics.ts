import { sweepMetric, type SweepMetric } from '../metrics/catalogue.ts'
import { namesIn } from '../search/constraint.ts'
import { constraintsOf } from '../sweep/check-search.ts'
import type { SweepDefinition } from '../sweep/definition.ts'

/** The metrics that a search learns from, under the reductions of its definition: its objectives, and those in constraints. */
export function searchMetrics(
  definition: Pick<SweepDefinition, 'objectives' | 'reductions' | 'constraints'>,
): SweepMetric[] {
  const { objectives = [], reductions = {}, constraints } = definition
  const names = [...objectives.map(({ name }) => name), ...constraintsOf({ constraints }).flatMap(namesIn)]
  return [...new Set(names)].map((name) => sweepMetric(name, { objectives, reductions }))
}
