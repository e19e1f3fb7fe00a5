import { quotient } from './reduction.ts'

/** Values of one metric, as far as two sums tell. */
export interface Mean {
  readonly mean: number
  /** The standard error of the mean; null for a single value, and for values whose squares no number holds. */
  readonly se: number | null
  readonly n: number
}

/** Beyond these the square of a difference is no finite number, or 0. */
const greatestSquared = 1e150
const leastSquared = 1e-150

/** The mean of some values and its standard error; NaN for no values. The SQL views compute the same. */
export function meanOf(values: readonly number[]): Mean {
  const n = values.length
  if (n < 2) return { mean: values[0] ?? NaN, se: null, n }
  const mean = quotient(sumOf(values), n)
  if (values.some((value) => Math.abs(value) >= greatestSquared)) return { mean, se: null, n }
  const squares = values.map((value) => {
    const difference = value - mean
    return Math.abs(difference) < leastSquared ? 0 : difference * difference
  })
  return { mean, se: Math.sqrt(sumOf(squares) / (n - 1) / n), n }
}

/** Compensated (Neumaier), as SQLite sums: the order of the values hardly matters. */
function sumOf(values: readonly number[]): number {
  let [sum, lost] = [0, 0]
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return Number.isFinite(lost) ? sum + lost : sum
}
