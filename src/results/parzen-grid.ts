import { normalCdf } from '../search/normal.ts'

/**
 * A density on the cells of a grid, from how often each was met: as PED-ANOVA has it, with Scott's bandwidth and the uniform
 * prior as one observation more (S. Watanabe et al., 2023, as Optuna implements it).
 */
export function densityOnGrid(counts: readonly number[], kind: 'ordered' | 'unordered'): number[] {
  const met = [...counts.keys()].filter((cell) => (counts[cell] ?? 0) > 0)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const kernels = kind === 'ordered' ? normalKernels(counts, met, total) : stickyKernels(counts.length, met)
  const density = kernels.prior.map((mass) => mass / (total + 1))
  for (const [k, cell] of met.entries()) {
    const weight = (counts[cell] ?? 0) / (total + 1)
    for (const [at, mass] of (kernels.of[k] ?? []).entries()) density[at] = (density[at] ?? 0) + weight * mass
  }
  return density
}

interface Kernels {
  /** A kernel around each cell that was met. */
  readonly of: readonly (readonly number[])[]
  readonly prior: readonly number[]
}

/** Narrow enough that 90 % stay within the cell. */
const leastWidth = 0.5 / 1.64

function normalKernels(counts: readonly number[], met: readonly number[], total: number): Kernels {
  const weighted = (valueOf: (cell: number) => number) =>
    met.reduce((sum, cell) => sum + (counts[cell] ?? 0) * valueOf(cell), 0)
  const mean = weighted((cell) => cell) / total
  const deviation = Math.sqrt(weighted((cell) => (cell - mean) ** 2) / Math.max(1, total - 1))
  let sum = 0
  const sums = met.map((cell) => (sum += counts[cell] ?? 0))
  const first = sums.findIndex((upTo) => upTo >= Math.floor(total / 4))
  const third = sums.findIndex((upTo) => upTo > Math.floor((3 * total) / 4))
  const range = (met[third < 0 ? met.length - 1 : third] ?? 0) - (met[first] ?? 0)
  const width = Math.max(1.059 * Math.min(range / 1.34, deviation) * total ** -0.2, leastWidth)
  const size = counts.length
  return { of: met.map((cell) => normalOn(size, cell, width)), prior: normalOn(size, (size - 1) / 2, size) }
}

/** A normal distribution, cut off at the ends of the grid and gathered in its cells. */
function normalOn(size: number, mean: number, width: number): number[] {
  const below = Array.from({ length: size + 1 }, (_, edge) => normalCdf((edge - 0.5 - mean) / width))
  const whole = (below[size] ?? 1) - (below[0] ?? 0)
  return Array.from({ length: size }, (_, cell) => ((below[cell + 1] ?? 0) - (below[cell] ?? 0)) / whole)
}

/** Of categories, which have no neighbours: the choice itself most, any other one a little. */
function stickyKernels(size: number, met: readonly number[]): Kernels {
  const share = 1 / (met.length + 1)
  const of = met.map((cell) =>
    Array.from({ length: size }, (_, at) => (share + (at === cell ? 1 : 0)) / (1 + size * share)),
  )
  return { of, prior: Array.from({ length: size }, () => 1 / size) }
}
