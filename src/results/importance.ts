import { densityOnGrid } from './parzen-grid.ts'
import { gridOf, type ParameterGrid } from './parameter-grid.ts'
import { costsOf, type SweepPoints } from './points.ts'

/** How much each parameter has to do with being among the best by one objective. */
export interface Importances {
  readonly objective: string
  /** Points that were compared, and how many of them are the best. */
  readonly points: number
  readonly best: number
  /** The most important first; shares of 1 in sum. */
  readonly parameters: readonly { readonly name: string; readonly importance: number }[]
}

/** The fewest points that say anything. */
const fewestPoints = 10
const shareOfBest = 0.1
const fewestBest = 5

/**
 * PED-ANOVA (S. Watanabe, A. Bansal, F. Hutter, IJCAI 2023): how far the distribution of a parameter among the best points is
 * from that among all, by Pearson's divergence. A parameter that is there in some points only counts within those (K. Baba,
 * Y. Ozaki, S. Watanabe, Conditional PED-ANOVA, KDD 2026). The best are a tenth, at least five: fewer say nothing.
 * Nothing of fewer than ten points, of parameters with one value, or where no point is better than the others.
 */
export function importancesOf(points: SweepPoints): Importances[] {
  if (points.size < fewestPoints) return []
  const grids = points.space.parameters.flatMap((parameter, k) => {
    const grid = gridOf(parameter)
    return grid.size > 1 ? [{ name: parameter.name, grid, coordinates: points.coordinates[k] ?? [] }] : []
  })
  const all = Array.from({ length: points.size }, (_, k) => costsOf(points, k))
  return points.objectives.flatMap(({ name: objective }, axis) => {
    const costs = all.map((each) => each[axis] ?? NaN)
    const isBest = bestOf(costs, Math.max(Math.ceil(shareOfBest * costs.length), fewestBest))
    const divergences = grids.map(({ name, grid, coordinates }) => ({
      ...{ name, importance: divergence(grid, coordinates, isBest) },
    }))
    const total = sum(divergences.map(({ importance }) => importance))
    if (!(total > 0)) return []
    const parameters = divergences
      .map(({ name, importance }) => ({ name, importance: importance / total }))
      .sort((a, b) => b.importance - a.importance)
    return [{ objective, points: points.size, best: isBest.filter(Boolean).length, parameters }]
  })
}

/** Those that are as good as the one at a place. */
function bestOf(costs: readonly number[], count: number): boolean[] {
  const cutoff = costs.toSorted((a, b) => a - b)[count - 1] ?? Infinity
  return costs.map((cost) => cost <= cutoff)
}

/** Keeps a density from being 0. */
const least = 1e-12

function divergence(grid: ParameterGrid, coordinates: readonly number[], isBest: readonly boolean[]): number {
  const all = Array<number>(grid.size).fill(0)
  const best = Array<number>(grid.size).fill(0)
  for (const [k, coordinate] of coordinates.entries()) {
    if (Number.isNaN(coordinate)) continue
    const cell = grid.cellOf(coordinate)
    all[cell] = (all[cell] ?? 0) + 1
    if (isBest[k] === true) best[cell] = (best[cell] ?? 0) + 1
  }
  const [there, thereAndBest] = [sum(all), sum(best)]
  if (there < 2 || thereAndBest === 0) return 0
  const [local, top] = [densityOnGrid(all, grid.kind), densityOnGrid(best, grid.kind)]
  const pearson = sum(local.map((density, cell) => (density + least) * ratioTo(density, top[cell]) ** 2))
  const amongBest = thereAndBest / isBest.filter(Boolean).length
  return (amongBest ** 2 / (there / coordinates.length)) * pearson
}

function ratioTo(density: number, top = 0): number {
  return (top + least) / (density + least) - 1
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
