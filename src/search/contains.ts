import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'

import type { Parameters, ParameterValue } from '../programs/program.ts'
import { randomStream } from '../random/stream.ts'
import { choiceAt, coordinateIn, isThere, namesSetBy, type SearchParameter, type SearchSpace } from './space.ts'

/** What keeps a point from lying in a space. */
export interface Outside {
  readonly parameter: string
  readonly why: 'unknown' | 'missing' | 'value' | 'condition'
}

/** All that keeps a point, of which nothing is left out, from lying in a space: empty if it does. */
export function outside(space: SearchSpace, point: Parameters): Outside[] {
  const known = new Set(space.parameters.flatMap(namesSetBy))
  const unknown = Object.keys(point).filter((name) => !known.has(name))
  return [
    ...unknown.map((parameter): Outside => ({ parameter, why: 'unknown' })),
    ...space.parameters.flatMap((parameter) => outsideOf(parameter, point)),
  ]
}

function outsideOf(parameter: SearchParameter, point: Parameters): Outside[] {
  const given = [...new Set(namesSetBy(parameter))].filter((name) => name in point)
  const [first] = given
  const as = (why: Outside['why']): Outside[] => [{ parameter: first ?? parameter.name, why }]
  if (!isThere(parameter, point)) return first === undefined ? [] : as('condition')
  if (first === undefined) return as('missing')
  if (parameter.kind === 'number') {
    const value = point[parameter.name]
    return typeof value === 'number' && parameter.distribution.contains(value) ? [] : as('value')
  }
  // Of cases, one that sets just these.
  const k = coordinateIn(point, parameter)
  const isWhole = Object.keys(parameter.choices[k] ?? {}).length === given.length
  return Number.isNaN(k) || !isWhole ? as('value') : []
}

/** A point of which something is left out, with what a method suggests in its place; the rest is drawn from the space. */
export function filled(
  space: SearchSpace,
  given: Parameters,
  suggested: Parameters,
  { seed, number }: { readonly seed: number; readonly number: number },
): Parameters {
  const stream = randomStream(seed, `rest of point ${number}`)
  const point: Record<string, ParameterValue> = {}
  for (const parameter of space.parameters) {
    const share = uniformFloat64(stream)
    const own = Object.fromEntries(
      namesSetBy(parameter).flatMap((name) => (name in given ? [[name, given[name] ?? null]] : [])),
    )
    // What the space does not have there is left to be complained of.
    if (!isThere(parameter, point)) Object.assign(point, own)
    else if (parameter.kind === 'number') {
      const { name, distribution } = parameter
      point[name] = given[name] ?? suggested[name] ?? distribution.valueAt(share)
    } else Object.assign(point, choiceWith(parameter, own, suggested, share), own)
  }
  return { ...point, ...Object.fromEntries(Object.entries(given).filter(([name]) => !(name in point))) }
}

/** The choice that has what is given: the suggested one if it does. */
function choiceWith(
  { choices, probabilities, ...parameter }: Extract<SearchParameter, { kind: 'category' }>,
  own: Parameters,
  suggested: Parameters,
  share: number,
): Parameters {
  const fits = (choice: Parameters) =>
    Object.entries(own).every(([name, value]) => JSON.stringify(choice[name]) === JSON.stringify(value))
  const its = choices[coordinateIn(suggested, { ...parameter, choices, probabilities })]
  if (its !== undefined && fits(its)) return its
  const fitting = choices.filter(fits)
  return (fitting.length === choices.length ? choices[choiceAt(probabilities, share)] : fitting[0]) ?? {}
}
