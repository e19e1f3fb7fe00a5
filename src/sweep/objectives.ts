import type { Objective } from '../stopping/rule.ts'
import type { SweepFileContent } from './schema.ts'

/** What a sweep looks for, as far as its file says. */
export function sweepObjectives({
  metric,
  objectives,
}: Pick<SweepFileContent, 'metric' | 'objectives'>): readonly Objective[] {
  return objectives ?? (metric === undefined ? [] : [metric])
}
