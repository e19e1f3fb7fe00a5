import { z } from 'zod'

import { dominates } from '../search/non-dominated.ts'
import { costsOf } from './non-dominated.ts'
import type { LoneRule, Objective } from './rule.ts'

export const patienceSchema = z
  .strictObject({
    type: z.literal('patience'),
    epochs: z.int().min(1).describe('How many epochs in a row may bring nothing.'),
    min_delta: z.number().min(0).default(0).describe('What is better by no more than this is no better.'),
  })
  .describe('(swath) Stops a trial that has not got better for so many epochs.')

/**
 * Early stopping on a plateau (Prechelt, 1998), as Keras counts it: an epoch that is better than the best before it by more
 * than `min_delta` begins a new count. With several objectives an epoch brings something if it is better in one of them
 * than every epoch that brought something before it and is no worse in the others.
 */
export function patience(
  { epochs, min_delta }: z.infer<typeof patienceSchema>,
  objectives: readonly Objective[],
): LoneRule {
  return {
    ...{ compares: 'itself', objectives, sees: 'history' },
    judge(history) {
      let best: { readonly epoch: number; readonly costs: readonly number[] }[] = []
      let lastGain = 0
      for (const { epoch, values } of history) {
        const costs = costsOf(values, objectives)
        // As good as it would be with min_delta less: what covers that covers it.
        const short = costs.map((cost) => cost + min_delta)
        if (best.some((earlier) => covers(earlier.costs, short))) continue
        best = [...best.filter((earlier) => !dominates(costs, earlier.costs)), { epoch, costs }]
        lastGain = epoch
      }
      const last = history.at(-1)
      if (last === undefined || last.epoch - lastGain < epochs) return undefined
      const names = objectives.map(({ name }) => name).join(' and ')
      const value = objectives.length === 1 ? ` (${valueAt(history, lastGain)})` : ''
      const than = min_delta === 0 ? '' : ` by more than ${min_delta}`
      return `stopped at epoch ${last.epoch}: ${names} has not got better${than} since epoch ${lastGain}${value}`
    },
  }
}

function covers(a: readonly number[], b: readonly number[]): boolean {
  return a.every((cost, k) => cost <= (b[k] ?? Infinity))
}

function valueAt(history: Parameters<LoneRule['judge']>[0], epoch: number): string {
  const value = history.find((each) => each.epoch === epoch)?.values[0] ?? NaN
  return String(Number(value.toPrecision(6)))
}
