/** Numbers of one kind, as far as two sums tell. */
export interface Mean {
  readonly mean: number
  /** Its standard error; null of a single number. */
  readonly se: number | null
  readonly n: number
}

/** NaN of no numbers. */
export function meanOf(values: readonly number[]): Mean {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  return { mean, se: n < 2 ? null : Math.sqrt(varianceOf(values, mean) / n), n }
}

/** Of a sample, around its mean. */
function varianceOf(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}
