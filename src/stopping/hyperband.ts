import { z } from 'zod'

import { highestRung } from './asha.ts'
import type { Objective, RankingRule } from './rule.ts'
import { bestShare } from './words.ts'

export const hyperbandSchema = z
  .strictObject({
    type: z.literal('hyperband'),
    min_iter: z.int().min(1).optional().describe('The first bracket; the others are eta times apart.'),
    max_iter: z
      .int()
      .min(1)
      .optional()
      .describe('In its place, with s: the brackets are max_iter/eta, max_iter/eta², …'),
    s: z.int().min(1).optional().describe('How many brackets, below max_iter.'),
    eta: z.number().min(1.1).max(1000).default(3).describe('The best 1/eta at a bracket go on.'),
    strict: z
      .boolean()
      .default(true)
      .describe('A run shows its value at the bracket; if false, the best that it has had.'),
  })
  .refine(({ min_iter, max_iter }) => (min_iter === undefined) !== (max_iter === undefined), {
    path: ['type'],
    message: 'hyperband takes either min_iter, or max_iter and s',
  })
  .refine(({ max_iter, s }) => (max_iter === undefined) === (s === undefined), {
    path: ['s'],
    message: 'max_iter and s go together',
  })
  .refine((options) => options.max_iter === undefined || brackets(options).length > 0, {
    path: ['max_iter'],
    message: 'no bracket is left: expected at least eta',
  })
  .describe("W&B's rule, with its keys.")

type Options = z.infer<typeof hyperbandSchema>

/**
 * What W&B calls hyperband (github.com/wandb/sweeps, `hyperband_stopping.py`), to the letter: an iteration is a report of
 * the metric; a run is compared, at each report, with all that have reached its last bracket; it stops if it is worse than
 * the value at place ⌊n/eta⌋, from 0, of the n values there, its own among them.
 */
export function hyperband(options: Options, objectives: readonly Objective[]): RankingRule {
  const { min_iter, eta, strict } = options
  const fixed = brackets(options)
  return {
    ...{ compares: 'others', objectives, counts: 'reports', shows: strict ? 'rung' : 'best', isJudgedAgain: true },
    rungAt: (reports) =>
      min_iter === undefined
        ? fixed.findLast((bracket) => bracket <= reports)
        : highestRung(reports, min_iter, eta, Infinity),
    mostAhead: (reached) => Math.floor((1 / eta) * reached),
    markOf: (reached) => bestShare(eta, reached),
  }
}

/** Those below `max_iter`, the lowest first. */
function brackets({
  max_iter = 0,
  s = 0,
  eta,
}: {
  readonly max_iter?: number | undefined
  readonly s?: number | undefined
  readonly eta: number
}): number[] {
  const found: number[] = []
  for (let k = 1, bracket = max_iter / eta; k <= s && bracket >= 1; k++, bracket /= eta)
    found.unshift(Math.floor(bracket))
  return found
}
