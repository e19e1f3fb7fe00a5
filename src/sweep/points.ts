import type { z } from 'zod'

import type { SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../printable.ts'
import type { Parameters, ParameterValue } from '../programs/program.ts'
import { outside, type Outside } from '../search/contains.ts'
import type { SearchSpace } from '../search/space.ts'
import { readSource, type SweepFile } from './read.ts'
import { parameterValue } from './schema.ts'
import { SweepSource, type Mistake, type Path } from './source.ts'
import { parameterNames, spaceOf, type ParametersContent } from './space.ts'

/** A point that somebody wants trained, and where it was said. */
export interface NamedPoint {
  readonly params: Parameters
  /** At the point, or at one of its parameters. */
  readonly mistake: (message: string, parameter?: string) => SwathError
}

/**
 * Points that a command line names: a mapping of parameters and values, a list of those, or the path of a file with either.
 * What a search leaves out its method fills in; of a grid's points nothing may be left out.
 * @throws SwathError('sweep-file') with file:line:column, or SwathError('not-found')
 */
export function readPoints(texts: readonly string[], { content }: SweepFile): NamedPoint[] {
  return texts.flatMap((text) => {
    const isInline = /^\s*[[{]/.test(text)
    const source = isInline
      ? new SweepSource('--enqueue', text)
      : new SweepSource(text, readSource(text, 'file of points'))
    const points = pointsOf(source)
    const mistakes = points.flatMap(({ params, placeOf }) =>
      mistakesIn(params, content).map(({ parameter, why, message }): Mistake => ({
        ...{ path: placeOf(why === 'missing' ? undefined : parameter), atKey: why === 'unknown', message },
      })),
    )
    if (mistakes.length > 0) throw source.error(mistakes)
    return points.map(({ params, placeOf }) => ({
      params,
      mistake: (message, parameter) => source.error([{ path: placeOf(parameter), message }]),
    }))
  })
}

interface PointMistake extends Outside {
  readonly message: string
}

/** What keeps a point from being trained in a sweep, as far as its space says. */
export function mistakesIn(
  params: Parameters,
  { parameters, method }: { readonly parameters: ParametersContent; readonly method: string },
): PointMistake[] {
  const space = spaceOf(parameters)
  return outside(space, params)
    .filter(({ why }) => why !== 'missing' || method === 'grid')
    .filter(({ why, parameter }) => why !== 'condition' || isDecided(space, params, parameter))
    .map((each) => ({ ...each, message: messageOf(each.why, each.parameter, parameterNames(parameters)) }))
}

/** What a condition asks about may be filled in so that it holds. */
function isDecided({ parameters }: SearchSpace, params: Parameters, name: string): boolean {
  const asked = parameters.find((each) => each.name === name)?.when ?? []
  return asked.every(({ parameter }) => parameter in params)
}

function messageOf(why: Outside['why'], parameter: string, known: readonly string[]): string {
  switch (why) {
    case 'unknown':
      return `there is no parameter ${printable(parameter)}; did you mean ${nearest(parameter, known)}?`
    case 'missing':
      return `${parameter} is missing: of a grid’s point nothing may be left out`
    case 'value':
      return 'the sweep file does not let it have this value'
    case 'condition':
      return 'it is there only where its `when` holds'
  }
}

interface PlacedPoint {
  readonly params: Parameters
  readonly placeOf: (parameter?: string) => Path
}

function pointsOf(source: SweepSource): PlacedPoint[] {
  const value = source.value()
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw source.error([{ path: [], message: 'expected at least one point' }])
  return list.map((each, k) => placed(source, each, Array.isArray(value) ? [k] : []))
}

function placed(source: SweepSource, value: unknown, path: Path): PlacedPoint {
  const places = new Map<string, Path>()
  const params: Record<string, ParameterValue> = {}
  const read = (mapping: unknown, prefix: string, place: Path): void => {
    if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) {
      throw source.error([
        { path: place, message: 'expected a mapping of parameters and values: { depth: 2, width: 64 }' },
      ])
    }
    for (const [key, inner] of Object.entries(mapping)) {
      const [name, here] = [`${prefix}${key}`, [...place, key]]
      const parsed: z.ZodSafeParseResult<ParameterValue> = parameterValue.safeParse(inner)
      if (parsed.success) {
        params[name] = parsed.data
        places.set(name, here)
      } else if (typeof inner === 'object' && !Array.isArray(inner)) read(inner, `${name}.`, here)
      else throw source.error([{ path: here, message: 'expected a value that a parameter may have' }])
    }
  }
  read(value, '', path)
  return { params, placeOf: (parameter) => (parameter === undefined ? path : (places.get(parameter) ?? path)) }
}
