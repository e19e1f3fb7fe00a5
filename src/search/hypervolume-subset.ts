import { hypervolume } from './hypervolume.ts'

/**
 * So many of some points that together dominate most: one after the other, each time the one that adds most, which is within
 * 1 - 1/e of the best (A. P. Guerreiro, C. M. Fonseca, L. Paquete, Greedy hypervolume subset selection in low dimensions,
 * 2016). What a point adds never grows, so that only those are measured again which could be next.
 * @returns indices, in the order in which they were taken
 */
export function hypervolumeSubset(
  points: readonly (readonly number[])[],
  count: number,
  reference: readonly number[],
): number[] {
  const taken: number[] = []
  const bounds = points.map((point) => hypervolume([point], reference))
  const measuredWith = points.map(() => 0)
  const left = new Set(points.keys())
  while (taken.length < count && left.size > 0) {
    const next = greatest(left, bounds)
    if (measuredWith[next] === taken.length) {
      taken.push(next)
      left.delete(next)
      continue
    }
    const point = points[next] ?? []
    const others = taken.map((other) => (points[other] ?? []).map((value, axis) => Math.max(value, point[axis] ?? 0)))
    bounds[next] = hypervolume([point], reference) - hypervolume(others, reference)
    measuredWith[next] = taken.length
  }
  return taken
}

/** The first of those that are equal. */
function greatest(indices: Iterable<number>, values: readonly number[]): number {
  let best = -1
  for (const index of indices) if (best < 0 || (values[index] ?? 0) > (values[best] ?? 0)) best = index
  return best
}
