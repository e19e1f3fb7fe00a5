import type { SearchParameter } from '../search/space.ts'

/** The values of a parameter in a few cells, so that points can be counted. */
export interface ParameterGrid {
  readonly size: number
  /** Whether cells beside one another are neighbours. */
  readonly kind: 'ordered' | 'unordered'
  /** The cell of a coordinate. */
  readonly cellOf: (coordinate: number) => number
}

const steps = 50

/** Each value that is listed has a cell of its own, unless there are many; else shares of probability are cut in even steps. */
export function gridOf(parameter: SearchParameter): ParameterGrid {
  if (parameter.kind === 'category') {
    return { size: parameter.choices.length, kind: 'unordered', cellOf: (choice) => choice }
  }
  const { list, shareOf } = parameter.distribution
  if (list === undefined || list.size > steps) return even(steps)
  const shares = Array.from({ length: list.size }, (_, k) => shareOf(list.at(k))).sort((a, b) => a - b)
  return { size: list.size, kind: 'ordered', cellOf: (share) => nearest(shares, share) }
}

function even(size: number): ParameterGrid {
  const cellOf = (share: number) => Math.min(Math.max(Math.ceil(share * (size - 1) - 0.5), 0), size - 1)
  return { size, kind: 'ordered', cellOf }
}

/** The place of what is nearest, in ascending numbers. */
function nearest(sorted: readonly number[], wanted: number): number {
  let best = 0
  for (const [k, value] of sorted.entries()) {
    if (Math.abs(value - wanted) < Math.abs((sorted[best] ?? 0) - wanted)) best = k
  }
  return best
}
