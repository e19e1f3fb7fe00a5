import type { Parameters } from '../programs/program.ts'
import { searchedParameters } from './space.ts'
import { storedDefinition } from './stored.ts'
import { varyingParameters, type ParameterCensus } from './varying.ts'

/**
 * Returns the parameters that tell the trials of a sweep apart: those in which they differ. A part of the trials may agree by
 * chance, and others may be planned later: then the search space decides.
 * @param areAll true if these are all trials that the sweep will have
 */
export function tellingParameters(
  sweep: { readonly name?: string; readonly definition: string },
  trials: ParameterCensus | readonly { readonly params: Parameters }[],
  { areAll }: { readonly areAll: boolean },
): string[] {
  const { parameters } = storedDefinition(sweep)
  const isKnown = Object.keys(parameters).length > 0
  if (!areAll && isKnown) return searchedParameters(parameters)
  return 'varying' in trials ? trials.varying : varyingParameters(trials)
}
