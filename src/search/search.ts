import type { Parameters } from '../programs/program.ts'

/** A parameter and the values that it can take, in order; not listed, since a range may be long. */
export interface Dimension {
  readonly name: string
  readonly size: number
  /** The k-th value, from 0: the parameters that it sets, most often the one of its name. */
  at(k: number): Parameters
}

/** How a sweep chooses its points. Pure: the same space gives the same points in the same order. */
export interface SearchMethod {
  /** How many points there are in all. */
  count(space: readonly Dimension[]): number
  /** The k-th point, from 0. */
  point(space: readonly Dimension[], k: number): Parameters
}

export const searchMethods = ['grid', 'random', 'sobol', 'bayes', 'tpe', 'nsga2', 'cmaes'] as const
