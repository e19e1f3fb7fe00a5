import type { NumberDistribution } from '../../src/search/distributions.ts'
import { searchSpace, type Condition, type SearchParameter, type SearchSpace } from '../../src/search/space.ts'
import type { ParameterValue } from '../../src/programs/program.ts'

export function category(
  name: string,
  values: readonly ParameterValue[],
  when: readonly Condition[] = [],
): SearchParameter {
  const choices = values.map((value) => ({ [name]: value }))
  return { kind: 'category', name, when, choices, probabilities: choices.map(() => 1 / choices.length) }
}

export function number(
  name: string,
  distribution: NumberDistribution,
  when: readonly Condition[] = [],
): SearchParameter {
  return { kind: 'number', name, when, distribution }
}

export function space(...parameters: readonly SearchParameter[]): SearchSpace {
  return searchSpace(parameters)
}
