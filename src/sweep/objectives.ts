import { defaultReduction } from '../metrics/reduction.ts'
import type { ReadObjective } from '../stopping/rule.ts'
import type { SweepFileContent } from './schema.ts'

/** The objectives that a sweep file declares. A reduction that is the default of its metric is left out. */
export function sweepObjectives({
  metric,
  metrics,
  objectives,
  reductions = {},
}: Pick<SweepFileContent, 'metric' | 'metrics' | 'objectives' | 'reductions'>): readonly ReadObjective[] {
  const declared = objectives ?? metrics ?? (metric === undefined ? [] : [metric])
  return declared.map(({ name, goal, reduction = Object.hasOwn(reductions, name) ? reductions[name] : undefined }) => ({
    ...{ name, goal },
    ...(reduction !== undefined && reduction !== defaultReduction(name) && { reduction }),
  }))
}
