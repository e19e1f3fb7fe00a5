import { searchSpace, type Condition, type SearchParameter, type SearchSpace } from '../search/space.ts'
import { numberDistribution } from './distribution.ts'
import { flatten, type FlatParameter } from './flatten.ts'
import type { ParameterContent } from './schema.ts'

export type ParametersContent = Readonly<Record<string, ParameterContent>>

/** The search space of parameters that `checkParameters` has found in order. */
export function spaceOf(parameters: ParametersContent): SearchSpace {
  return searchSpace(flatten(parameters).map(searchParameter))
}

/** Every parameter that a point may have, by name. */
export function parameterNames(parameters: ParametersContent): string[] {
  return [...new Set(flatten(parameters).flatMap(namesOf))].sort()
}

/**
 * Returns the parameters that have more than one value to take, or are there in some points only. What trials have drawn so far
 * may agree in them: see `varyingParameters`.
 */
export function searchedParameters(parameters: ParametersContent): string[] {
  return flatten(parameters).flatMap((parameter) => {
    const { value, values, cases, when } = parameter.content
    const isFixed = value !== undefined || values?.length === 1 || cases?.length === 1
    return isFixed && when === undefined ? [] : [...new Set(namesOf(parameter))]
  })
}

/** What it sets. */
export function namesOf({ name, content: { cases } }: FlatParameter): string[] {
  return cases === undefined ? [name] : cases.flatMap((each) => Object.keys(each))
}

function searchParameter({ name, content }: FlatParameter): SearchParameter {
  const when = Object.entries(content.when ?? {}).map(([parameter, wanted]) => conditionOf(parameter, wanted))
  const distribution = numberDistribution(content)
  if (distribution !== undefined) return { kind: 'number', name, when, distribution }
  const { value = null, values = [value], cases, probabilities } = content
  const choices = cases ?? values.map((each) => ({ [name]: each }))
  return {
    kind: 'category',
    name,
    when,
    choices,
    probabilities: probabilities ?? choices.map(() => 1 / choices.length),
  }
}

type Wanted = NonNullable<ParameterContent['when']>[string]

/** One value, one of several, or from min to max. */
export function conditionOf(parameter: string, wanted: Wanted): Condition {
  if (typeof wanted !== 'object' || wanted === null) return { parameter, values: [wanted] }
  if (Array.isArray(wanted)) return { parameter, values: wanted }
  const { min = -Infinity, max = Infinity } = wanted
  return { parameter, min, max }
}
