import { z } from 'zod'

import type { LoneRule, Objective } from './rule.ts'
import { numerals } from './words.ts'

export const thresholdSchema = z
  .strictObject({
    type: z.literal('threshold'),
    metric: z.string().min(1).optional().describe('By default the `metric` of the sweep.'),
    epoch: z.int().min(1).default(1).describe('From this epoch on.'),
    above: z.number().optional().describe('Stops a trial whose metric is above this.'),
    below: z.number().optional().describe('Stops a trial whose metric is below this.'),
  })
  .refine(({ above, below }) => above !== undefined || below !== undefined, {
    path: ['type'],
    message: 'threshold takes `above`, `below`, or both',
  })
  .refine(({ above = Infinity, below = -Infinity }) => below < above, {
    path: ['below'],
    message: 'expected less than `above`: every value would stop its trial',
  })
  .describe('(swath) Stops a trial whose metric is out of bounds.')

/** Bounds that somebody knows a good trial keeps to: a loss that has exploded, an accuracy that is no better than chance. */
export function threshold(
  { epoch: from, above = Infinity, below = -Infinity }: z.infer<typeof thresholdSchema>,
  objectives: readonly Objective[],
): LoneRule {
  return {
    ...{ compares: 'itself', objectives, sees: 'report' },
    judge(history) {
      const { epoch, values } = history.at(-1) ?? { epoch: 0, values: [] }
      const [value = NaN] = values
      if (epoch < from || (value <= above && value >= below)) return undefined
      const [bound, how] = value > above ? [above, 'above'] : [below, 'below']
      const [shown, mark] = numerals(value, bound)
      return `stopped at epoch ${epoch}: ${objectives[0]?.name ?? ''} ${shown} is ${how} the threshold ${mark}`
    },
  }
}
