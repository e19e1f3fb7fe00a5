import { z } from 'zod'

import type { Objective, RankingRule } from './rule.ts'
import { bestShare } from './words.ts'

export const ashaSchema = z
  .strictObject({
    type: z.literal('asha'),
    min_epochs: z.int().min(1).default(1).describe('The first rung: nobody is stopped before it.'),
    eta: z
      .number()
      .min(1.1)
      .max(1000)
      .default(3)
      .describe('The best 1/eta at a rung go on; rungs are eta times apart.'),
    max_epochs: z
      .int()
      .min(2)
      .optional()
      .describe("From here on nobody is stopped; by default the trial's own parameter `epochs` says."),
  })
  .refine(({ min_epochs, max_epochs = Infinity }) => max_epochs > min_epochs, {
    path: ['max_epochs'],
    message: 'expected more than min_epochs: no rung would be left',
  })
  .describe('(swath) Asynchronous successive halving.')

/**
 * Asynchronous successive halving (Li et al., 2020, "A System for Massively Parallel Hyperparameter Tuning"), in the form
 * that stops instead of pausing: a trial that reaches a rung goes on if it is among the best 1/eta of those that have
 * reached it so far. Until there are eta of them the best alone goes on, as in Optuna's pruner. Ties go on.
 */
export function asha(
  { min_epochs, eta, max_epochs = Infinity }: z.infer<typeof ashaSchema>,
  objectives: readonly Objective[],
): RankingRule {
  return {
    ...{ compares: 'others', objectives, counts: 'epochs', shows: 'rung', isJudgedAgain: false },
    rungAt: (epoch) => highestRung(epoch, min_epochs, eta, max_epochs),
    mostAhead: (reached) => Math.max(Math.floor(reached / eta), 1) - 1,
    markOf: (reached) => bestShare(eta, reached),
  }
}

/** Of `first`, `first` × `eta`, `first` × `eta`², …, whole and below `end`, the highest that is no more than `place`. */
export function highestRung(place: number, first: number, eta: number, end: number): number | undefined {
  let highest: number | undefined
  for (let rung = first; Math.floor(rung) <= place && Math.floor(rung) < end; rung *= eta) highest = Math.floor(rung)
  return highest
}
