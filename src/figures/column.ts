import type { Goal } from '../metrics/goal.ts'

/** A column of a sweep's views. */
export interface SweepColumn {
  readonly name: string
  readonly source: 'trial' | 'parameter' | 'metric'
  /** The parameter or metric that it holds, whose name may be taken by another column. */
  readonly of: string
  /** Which way is better. */
  readonly goal: Goal
  /** True if all values in the first rows are numbers, and there is one. */
  readonly isNumber: boolean
  /** True if the first rows have more than one value. */
  readonly varies: boolean
}

/** Returns the columns of the parameters that vary. */
export function varyingParameters(columns: readonly SweepColumn[]): string[] {
  return columns.filter(({ source, varies }) => source === 'parameter' && varies).map(({ name }) => name)
}

/** What is drawn by epoch where a sweep is about `metric`: what is measured on the test set comes once. */
export function metricByEpoch(metric: string): string {
  return metric === 'test_accuracy' ? 'val_accuracy' : metric
}
