export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Unbiased: divided by n − 1. */
export function variance(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}

export interface Comparison {
  /** Of the means, the first one's minus the second one's. */
  readonly difference: number
  readonly standardError: number
  /** Two-sided: how often chance alone makes a difference as large. */
  readonly p: number
}

/** Welch's t-test: two samples whose variances may differ. Of several pairs, the mean of their differences. */
export function welch(...pairs: readonly (readonly [readonly number[], readonly number[]])[]): Comparison {
  const difference = mean(pairs.map(([a, b]) => mean(a) - mean(b)))
  const samples = pairs.flat()
  const variances = samples.map((sample) => variance(sample) / sample.length / pairs.length ** 2)
  const total = variances.reduce((sum, each) => sum + each, 0)
  const freedom = total ** 2 / variances.reduce((sum, each, i) => sum + each ** 2 / ((samples[i]?.length ?? 0) - 1), 0)
  const standardError = Math.sqrt(total)
  return { difference, standardError, p: bothTails(difference / standardError, freedom) }
}

/** With t = √ν·tan θ, Student's density is cos^(ν−1) θ: Simpson's rule will do, and the gamma functions cancel. */
function bothTails(t: number, freedom: number): number {
  const area = (from: number) => {
    const pieces = 1000
    const width = (Math.PI / 2 - from) / pieces
    let sum = 0
    for (let i = 0; i <= pieces; i++) {
      const weight = i === 0 || i === pieces ? 1 : i % 2 === 1 ? 4 : 2
      sum += weight * Math.max(0, Math.cos(from + i * width)) ** (freedom - 1)
    }
    return (sum * width) / 3
  }
  return area(Math.atan(Math.abs(t) / Math.sqrt(freedom))) / area(0)
}
