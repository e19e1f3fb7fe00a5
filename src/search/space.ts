import type { Parameters, ParameterValue } from '../programs/program.ts'
import type { NumberDistribution } from './distributions.ts'

/** All points that a sweep may have. */
export interface SearchSpace {
  /** In the order of their names, but each one after those that its conditions ask about. */
  readonly parameters: readonly SearchParameter[]
}

export type SearchParameter = NumberParameter | CategoryParameter

interface BaseParameter {
  readonly name: string
  /** It is there only where all of them hold. */
  readonly when: readonly Condition[]
}

export interface NumberParameter extends BaseParameter {
  readonly kind: 'number'
  readonly distribution: NumberDistribution
}

interface CategoryParameter extends BaseParameter {
  readonly kind: 'category'
  /** What each choice sets: most often the parameter itself, of `cases` several that belong together. */
  readonly choices: readonly Parameters[]
  /** Of the choices, in sum 1. */
  readonly probabilities: readonly number[]
}

/** Of the value of a parameter: one of those, or a number between those, both included. */
export type Condition =
  | { readonly parameter: string; readonly values: readonly ParameterValue[] }
  | { readonly parameter: string; readonly min: number; readonly max: number }

/** In whatever order they come; conditions must not go round in a circle. */
export function searchSpace(parameters: readonly SearchParameter[]): SearchSpace {
  const rest = parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const ordered: SearchParameter[] = []
  while (rest.length > 0) {
    const unset = new Set(rest.flatMap((parameter) => namesSetBy(parameter)))
    const next = rest.findIndex(({ when }) => when.every(({ parameter }) => !unset.has(parameter)))
    ordered.push(...rest.splice(Math.max(next, 0), 1))
  }
  return { parameters: ordered }
}

/** Of its own name, or of all that its cases set. */
export function namesSetBy(parameter: SearchParameter): string[] {
  return parameter.kind === 'number' ? [parameter.name] : parameter.choices.flatMap((choice) => Object.keys(choice))
}

/** Whether a parameter is there, in a point that has all that its conditions ask about. */
export function isThere({ when }: SearchParameter, point: Parameters): boolean {
  return when.every((condition) => {
    const value = point[condition.parameter]
    if (value === undefined) return false
    if (!('values' in condition)) return typeof value === 'number' && value >= condition.min && value <= condition.max
    return condition.values.some((wanted) => same(wanted, value))
  })
}

/**
 * The point with a coordinate for each parameter: of a number its share, of a category the choice's index. Coordinates of
 * parameters that are not there don't matter.
 */
export function pointFrom(space: SearchSpace, coordinateOf: (k: number) => number): Parameters {
  const point: Record<string, ParameterValue> = {}
  for (const [k, parameter] of space.parameters.entries()) {
    if (!isThere(parameter, point)) continue
    const coordinate = coordinateOf(k)
    if (parameter.kind === 'number') point[parameter.name] = parameter.distribution.valueAt(coordinate)
    else Object.assign(point, parameter.choices[coordinate])
  }
  return point
}

/** As {@link pointFrom}, of a share for each parameter: uniform shares give the space's own distribution. */
export function pointAt(space: SearchSpace, shareOf: (k: number) => number): Parameters {
  return pointFrom(space, (k) => {
    const parameter = space.parameters[k]
    const share = shareOf(k)
    return parameter?.kind === 'category' ? choiceAt(parameter.probabilities, share) : share
  })
}

/** The index at which the sum of the probabilities passes a share. */
export function choiceAt(probabilities: ArrayLike<number>, share: number): number {
  let sum = 0
  let last = 0
  for (let k = 0; k < probabilities.length; k++) {
    const probability = probabilities[k] ?? 0
    sum += probability
    if (share < sum) return k
    // The sum may stay below 1 by rounding: what is never chosen stays so.
    if (probability > 0) last = k
  }
  return last
}

/** A point's coordinate, the other way round; NaN where it has none. */
export function coordinateIn(point: Parameters, parameter: SearchParameter): number {
  if (parameter.kind === 'number') {
    const value = point[parameter.name]
    return typeof value === 'number' ? parameter.distribution.shareOf(value) : NaN
  }
  // A case may be a part of another one: the one that says most about the point.
  let found = NaN
  let most = 0
  for (const [k, choice] of parameter.choices.entries()) {
    const entries = Object.entries(choice)
    if (entries.length <= most || !entries.every(([name, value]) => same(value, point[name]))) continue
    found = k
    most = entries.length
  }
  return found
}

function same(a: ParameterValue, b: ParameterValue | undefined): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}
