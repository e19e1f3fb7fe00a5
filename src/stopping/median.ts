import { z } from 'zod'

import type { Objective, RankingRule } from './rule.ts'

export const medianSchema = z
  .strictObject({
    type: z.literal('median'),
    grace_epochs: z.int().min(0).default(1).describe('Nobody is stopped in the first so many epochs.'),
    min_trials: z.int().min(1).default(5).describe('Nor before so many others have come as far.'),
  })
  .describe('(swath) Stops a trial whose best so far is worse than the median of the others at its epoch.')

/**
 * The median stopping rule (Golovin et al., 2017, "Google Vizier"), with Optuna's simplification that the others are
 * compared by what they had at that epoch, and not by their means up to it: a trial goes on unless more than half of the
 * others were better then than it ever was.
 */
export function median(
  { grace_epochs, min_trials }: z.infer<typeof medianSchema>,
  objectives: readonly Objective[],
): RankingRule {
  return {
    ...{ compares: 'others', objectives, counts: 'epochs', shows: 'best', isJudgedAgain: false },
    rungAt: (epoch) => (epoch > grace_epochs ? epoch : undefined),
    mostAhead: (reached) => (reached - 1 < min_trials ? Infinity : Math.floor((reached - 1) / 2)),
    markOf: (reached) => `the better half of ${reached - 1} other trials`,
  }
}
