/** A column of a sweep's view. */
export interface SweepColumn {
  readonly name: string
  readonly source: 'trial' | 'parameter' | 'metric'
  /** Whether all its values, as far as they were looked at, are numbers; of none of which is known it is false. */
  readonly isNumber: boolean
  /** Whether it says more than one thing. */
  readonly varies: boolean
}

/** Names of the parameters that tell trials apart. */
export function varyingParameters(columns: readonly SweepColumn[]): string[] {
  return columns.filter(({ source, varies }) => source === 'parameter' && varies).map(({ name }) => name)
}

/** What is drawn by epoch where a sweep is about `metric`: what is measured on the test set comes once. */
export function metricByEpoch(metric: string): string {
  return metric === 'test_accuracy' ? 'val_accuracy' : metric
}
