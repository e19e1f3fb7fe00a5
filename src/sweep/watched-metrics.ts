import { namesIn } from '../search/constraint.ts'
import { constraintsOf } from './check-search.ts'
import type { SweepSettings } from './definition.ts'
import { storedDefinition } from './stored.ts'

/** Metrics that decide something: objectives, and those of constraints and of early stopping. Their values have to be finite. */
export function watchedMetrics(
  { definition }: { readonly definition: string },
  { objectives, metric }: Pick<SweepSettings, 'objectives' | 'metric'>,
): string[] {
  const { objectives: searched = [], early_terminate: early, ...rest } = storedDefinition({ definition })
  const named = [...objectives, ...searched, ...(metric === null ? [] : [metric]), ...(early?.objectives ?? [])]
  return [...new Set([...named.map(({ name }) => name), ...constraintsOf(rest).flatMap(namesIn)])]
}
