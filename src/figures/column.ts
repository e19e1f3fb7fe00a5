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
  /** True for a parameter that tells trials apart, and for any other column of which the first rows have several values. */
  readonly varies: boolean
}

/** Returns the column that holds a cost, a metric or a parameter of this name, in this order; undefined if there is none. */
export function columnOf(columns: readonly SweepColumn[], name: string): SweepColumn | undefined {
  const from = (source: SweepColumn['source']) =>
    columns.find((column) => column.source === source && column.of === name)
  const isCost = name === 'flops' || name === 'parameter_count'
  return (isCost ? from('trial') : undefined) ?? from('metric') ?? from('parameter')
}

/** Returns the columns of the parameters that tell trials apart. */
export function varyingColumns(columns: readonly SweepColumn[]): string[] {
  return columns.filter(({ source, varies }) => source === 'parameter' && varies).map(({ name }) => name)
}

/** Returns the column to draw by epoch for an objective: a test set is evaluated once, so its validation metric if there is one. */
export function metricByEpoch(columns: readonly SweepColumn[], metric: string): string {
  const validation = columnOf(columns, metric.replace(/^test_/, 'val_'))
  return validation?.source === 'metric' ? validation.name : metric
}
