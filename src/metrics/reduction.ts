import type { Goal } from './goal.ts'

/** How the reports of a metric within one trial become one value. */
export const reductions = ['last', 'best', 'mean'] as const
export type Reduction = (typeof reductions)[number]

/** What a store keeps of a metric of one trial: its last report, and totals over all. */
export interface ReportTotals {
  readonly value: number
  readonly total: number
  readonly reports: number
  readonly least: number
  readonly greatest: number
}

/** The value of a metric in a trial; `metricColumn` and the view `trial_values` are the same in SQL. */
export function reducedValue(
  { value, total, reports, least, greatest }: ReportTotals,
  { goal, reduction }: { readonly goal: Goal; readonly reduction: Reduction },
): number {
  switch (reduction) {
    case 'last':
      return value
    case 'best':
      return goal === 'maximize' ? greatest : least
    case 'mean':
      return quotient(total, reports)
  }
}

/** The reduction of a metric for which none is declared. The time of one epoch says little; the mean of all says more. */
export function defaultReduction(name: string): Reduction {
  return name === 'epoch_seconds' ? 'mean' : 'last'
}

/** A total less than this counts as 0: PostgreSQL refuses a quotient that rounds to 0. */
const leastTotal = 1e-315

export function quotient(total: number, count: number): number {
  return Math.abs(total) < leastTotal ? 0 : total / count
}
