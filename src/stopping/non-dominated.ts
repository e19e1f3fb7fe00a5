import type { Objective } from './rule.ts'

/** Whether `a` is no worse than `b` in anything, and better in something; less is better. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let isBetter = false
  for (const [k, cost] of a.entries()) {
    const other = b[k] ?? Infinity
    if (cost > other) return false
    if (cost < other) isBetter = true
  }
  return isBetter
}

/**
 * The front that each point is in, from 0: those that nothing dominates, those that only the first front dominates, … (the
 * ranks of Deb et al., 2002, NSGA-II, found by efficient non-dominated sorting; Zhang et al., 2015).
 */
export function nonDominatedRanks(points: readonly (readonly number[])[]): number[] {
  // In this order nothing is dominated by what comes after it.
  const order = points.map((_, index) => index).sort((a, b) => compare(points[a] ?? [], points[b] ?? []))
  const ranks = points.map(() => 0)
  const fronts: (readonly number[])[][] = []
  for (const index of order) {
    const point = points[index] ?? []
    // Who is dominated within a front is so within all before it: the first that lets it in is its own.
    let [rank, end] = [0, fronts.length]
    while (rank < end) {
      const middle = (rank + end) >> 1
      if (isDominated(point, fronts[middle] ?? [])) rank = middle + 1
      else end = middle
    }
    ranks[index] = rank
    ;(fronts[rank] ??= []).push(point)
  }
  return ranks
}

/** Of two objectives, the last that came into a front is the best by the second: if it does not dominate, none does. */
function isDominated(point: readonly number[], front: readonly (readonly number[])[]): boolean {
  const asked = point.length <= 2 ? front.slice(-1) : front
  return asked.some((other) => dominates(other, point))
}

/** Values as costs: less is better. */
export function costsOf(values: readonly number[], objectives: readonly Objective[]): number[] {
  return values.map((value, k) => (objectives[k]?.goal === 'maximize' ? -value : value))
}

/** For each point, how many are in better fronts. */
export function countBetter(points: readonly (readonly number[])[]): number[] {
  const ranks = nonDominatedRanks(points)
  const sizes: number[] = []
  for (const rank of ranks) sizes[rank] = (sizes[rank] ?? 0) + 1
  let sum = 0
  const before = sizes.map((size) => (sum += size) - size)
  return ranks.map((rank) => before[rank] ?? 0)
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [k, cost] of a.entries()) {
    const difference = cost - (b[k] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
