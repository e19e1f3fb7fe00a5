import { nonDominatedFronts } from '../search/non-dominated.ts'
import type { Objective } from './rule.ts'

/** Values as costs: less is better. */
export function costsOf(values: readonly number[], objectives: readonly Objective[]): number[] {
  return values.map((value, k) => (objectives[k]?.goal === 'maximize' ? -value : value))
}

/** For each point, how many are in better fronts (the ranks of Deb et al., 2002, NSGA-II). */
export function countBetter(points: readonly (readonly number[])[]): number[] {
  const counts: number[] = []
  let before = 0
  for (const front of nonDominatedFronts(points)) {
    for (const index of front) counts[index] = before
    before += front.length
  }
  return counts
}
