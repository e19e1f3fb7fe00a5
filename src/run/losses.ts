import type { SweepSettings } from '../sweep/definition.ts'

/**
 * How many processes more than attempts may be lost in a row over a trial: who ends one by force, or loses power, does not
 * mean the trial.
 */
const sparedLosses = 2

export function mostLosses({ retries }: Pick<SweepSettings, 'retries'>): number {
  return retries + sparedLosses
}
