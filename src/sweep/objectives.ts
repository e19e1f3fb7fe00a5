import type { Objective } from '../stopping/rule.ts'
import type { SweepFileContent } from './schema.ts'

/** What a sweep looks for, as far as its file says. */
export function sweepObjectives({
  metric,
  metrics,
  objectives,
}: Pick<SweepFileContent, 'metric' | 'metrics' | 'objectives'>): readonly Objective[] {
  return (objectives ?? metrics ?? (metric === undefined ? [] : [metric])).map(({ name, goal }) => ({ name, goal }))
}
