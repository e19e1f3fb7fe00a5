import { betaCdf } from '../search/beta.ts'
import { normalCdf } from '../search/normal.ts'
import { meanOf } from '../metrics/mean.ts'

/** Whether two groups of numbers differ by more than noise. */
export interface Difference {
  readonly test: 'paired t' | "Welch's t" | 'Mann-Whitney'
  /** The mean of the first less that of the second; of the ranks of Mann and Whitney's test, the medians'. */
  readonly difference: number
  /** Of the difference; null where ranks are compared. */
  readonly se: number | null
  /** Pairs, or numbers in each group. */
  readonly n: number | readonly [number, number]
  /** How likely a difference as large as this is, either way, where there is none. */
  readonly p: number
}

/** Below this a difference counts as more than noise. */
export const significant = 0.05

/** Student's t-test of the differences of pairs; undefined of fewer than two. */
export function pairedTest(pairs: readonly (readonly [a: number, b: number])[]): Difference | undefined {
  const { mean, se, n } = meanOf(pairs.map(([a, b]) => a - b))
  if (se === null) return undefined
  return { test: 'paired t', difference: mean, se, n, p: tailOf(mean, se, n - 1) }
}

/** Welch's t-test, of groups that may vary by different amounts; undefined where one has fewer than two numbers. */
export function welchTest(a: readonly number[], b: readonly number[]): Difference | undefined {
  const [one, two] = [meanOf(a), meanOf(b)]
  if (one.se === null || two.se === null) return undefined
  const se = Math.hypot(one.se, two.se)
  const difference = one.mean - two.mean
  // As shares of the whole: the fourth power of a small error is nothing.
  const [own, other] = [(one.se / se) ** 2, (two.se / se) ** 2]
  const freedom = 1 / (own ** 2 / (one.n - 1) + other ** 2 / (two.n - 1))
  return { test: "Welch's t", difference, se, n: [one.n, two.n], p: tailOf(difference, se, freedom) }
}

/**
 * Mann and Whitney's test of the ranks of two groups, which asks nothing of how the numbers are distributed: by the normal
 * approximation with corrections for ties and continuity. Undefined where a group has fewer than three numbers.
 */
export function rankTest(a: readonly number[], b: readonly number[]): Difference | undefined {
  const [n, m] = [a.length, b.length]
  if (Math.min(n, m) < 3) return undefined
  const all = [...a.map((value) => ({ value, isFirst: true })), ...b.map((value) => ({ value, isFirst: false }))]
  all.sort((x, y) => x.value - y.value)
  let [ranks, ties] = [0, 0]
  for (let k = 0; k < all.length;) {
    const { value } = all[k] ?? { value: NaN }
    let end = k + 1
    while (all[end]?.value === value) end++
    const equal = all.slice(k, end)
    ranks += ((k + 1 + end) / 2) * equal.filter(({ isFirst }) => isFirst).length
    ties += equal.length ** 3 - equal.length
    k = end
  }
  const excess = ranks - (n * (n + 1)) / 2 - (n * m) / 2
  const total = n + m
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))))
  const z = deviation === 0 ? 0 : Math.max(0, Math.abs(excess) - 0.5) / deviation
  return {
    ...{ test: 'Mann-Whitney', difference: medianOf(a) - medianOf(b), se: null, n: [n, m] },
    p: Math.min(1, 2 * normalCdf(-z)),
  }
}

/** Student's distribution, both tails. Numbers that do not vary at all differ for certain, or not at all. */
function tailOf(difference: number, se: number, freedom: number): number {
  if (se === 0) return difference === 0 ? 1 : 0
  return betaCdf(freedom / (freedom + (difference / se) ** 2), freedom / 2, 0.5)
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}
