import type { Parameters } from '../programs/program.ts'
import type { SweepRow } from '../store/schema.ts'
import { ParameterCensus } from '../sweep/parameter-census.ts'
import { variedParameters } from '../sweep/space.ts'
import { storedDefinition } from '../sweep/stored.ts'

/** The parameters that differ between trials. */
export function varyingParameters(trials: Iterable<{ readonly params: Parameters }>): string[] {
  const census = new ParameterCensus()
  for (const { params } of trials) census.add(params)
  return census.varying
}

/**
 * The parameters that tell the trials of a sweep apart. A part of the trials may agree by chance: then the search space
 * decides.
 * @param areAll true if these are all trials of the sweep
 */
export function shownParameters(
  sweep: Pick<SweepRow, 'definition'>,
  trials: readonly { readonly params: Parameters }[],
  { areAll }: { readonly areAll: boolean },
): string[] {
  const { parameters } = storedDefinition(sweep)
  const isKnown = Object.keys(parameters).length > 0
  return areAll || !isKnown ? varyingParameters(trials) : variedParameters(parameters)
}
