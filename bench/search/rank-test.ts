import { normalCdf } from '../../src/search/normal.ts'

/**
 * The Mann-Whitney U test, two-sided, by the normal approximation with a correction for ties: how often chance alone would
 * set two samples of one distribution as far apart.
 */
export function rankTest(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))]
  all.sort((x, y) => x.value - y.value)
  let rankSum = 0
  let ties = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]?.value === all[from]?.value) to++
    const count = to - from
    ties += count ** 3 - count
    for (let k = from; k < to; k++) if (all[k]?.first) rankSum += (from + to + 1) / 2
    from = to
  }
  const n = all.length
  const middle = (a.length * (n + 1)) / 2
  const variance = ((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1)))
  return variance === 0 ? 1 : 2 * normalCdf(-Math.max(0, Math.abs(rankSum - middle) - 0.5) / Math.sqrt(variance))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2
}
