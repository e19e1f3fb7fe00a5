import type { Parameters } from '../programs/program.ts'
import type { SweepRow } from '../store/schema.ts'
import type { ParameterContent } from '../sweep/schema.ts'
import { variedParameters } from '../sweep/space.ts'
import { varyingParameters } from '../sweep/plan.ts'

/**
 * The parameters that tell trials apart. Where only some of a sweep's trials are at hand they may agree by chance: then
 * the search space says what varies.
 */
export function shownParameters(
  sweep: Pick<SweepRow, 'definition'>,
  trials: readonly { readonly params: Parameters }[],
  { areAll }: { readonly areAll: boolean },
): string[] {
  const { parameters } = JSON.parse(sweep.definition) as { parameters?: Readonly<Record<string, ParameterContent>> }
  return areAll || parameters === undefined ? varyingParameters(trials) : variedParameters(parameters)
}
