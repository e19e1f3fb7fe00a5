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
 * ranks of Deb et al., 2002, NSGA-II). With one objective these are the ranks of its values.
 */
export function nonDominatedRanks(points: readonly (readonly number[])[]): number[] {
  // In this order nothing is dominated by what comes after it.
  const order = points.map((_, index) => index).sort((a, b) => compare(points[a] ?? [], points[b] ?? []))
  const ranks = points.map(() => 0)
  const fronts: (readonly number[])[][] = []
  for (const index of order) {
    const point = points[index] ?? []
    // What dominates a member of a later front is in an earlier one: the first front that lets it in is its own.
    const free = fronts.findIndex((front) => !front.some((other) => dominates(other, point)))
    const rank = free === -1 ? fronts.length : free
    ranks[index] = rank
    ;(fronts[rank] ??= []).push(point)
  }
  return ranks
}

/** Values as costs: less is better. */
export function costsOf(values: readonly number[], objectives: readonly Objective[]): number[] {
  return values.map((value, k) => (objectives[k]?.goal === 'maximize' ? -value : value))
}

/** How many of the points are in better fronts than the one at `index`. */
export function betterThan(index: number, points: readonly (readonly number[])[]): number {
  const ranks = nonDominatedRanks(points)
  const own = ranks[index] ?? Infinity
  return ranks.filter((rank) => rank < own).length
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [k, cost] of a.entries()) {
    const difference = cost - (b[k] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
