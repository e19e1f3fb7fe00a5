import { printable } from '../printable.ts'
import type { Parameters, ParameterValue } from '../programs/program.ts'
import type { Dimension } from '../search/search.ts'
import type { ParameterContent } from './schema.ts'
import { canonicalJson } from './seed.ts'
import type { Mistake } from './source.ts'

/** What is wrong with the parameters of a grid that the schema alone cannot see. */
export function checkParameters(parameters: Readonly<Record<string, ParameterContent>>): Mistake[] {
  const setters = settersOf(parameters)
  return Object.entries(parameters).flatMap(([name, parameter]) =>
    [...checkParameter(parameter), ...clashes(parameter, setters)].map((mistake) => ({
      ...mistake,
      path: ['parameters', name, ...mistake.path],
    })),
  )
}

/** How many parameters set each name: all of a case list's cases count as one. */
function settersOf(parameters: Readonly<Record<string, ParameterContent>>): ReadonlyMap<string, number> {
  const setters = new Map<string, number>()
  for (const [name, { cases }] of Object.entries(parameters)) {
    const set = cases === undefined ? [name] : new Set(cases.flatMap((each) => Object.keys(each)))
    for (const key of set) setters.set(key, (setters.get(key) ?? 0) + 1)
  }
  return setters
}

/** A case sets parameters by their names: nothing else may set them. */
function clashes({ cases = [] }: ParameterContent, setters: ReadonlyMap<string, number>): Mistake[] {
  return cases.flatMap((each, index) =>
    Object.keys(each)
      .filter((key) => (setters.get(key) ?? 0) > 1)
      .map((key) => ({ path: ['cases', index, key], message: 'another parameter sets this too' })),
  )
}

/** The search space; call `checkParameters` first. */
export function dimensions(parameters: Readonly<Record<string, ParameterContent>>): Dimension[] {
  return Object.entries(parameters).map(([name, parameter]) => {
    const { cases } = parameter
    if (cases !== undefined) return { name, size: cases.length, at: (k) => cases[k] ?? {} }
    const { size, at } = valuesOf(parameter)
    return { name, size, at: (k) => ({ [name]: at(k) }) }
  })
}

/** Every parameter that a point may have, by name. */
export function parameterNames(parameters: Readonly<Record<string, ParameterContent>>): string[] {
  const names = Object.entries(parameters).flatMap(([name, { cases }]) =>
    cases === undefined ? [name] : cases.flatMap((each) => Object.keys(each)),
  )
  return [...new Set(names)].sort()
}

/** The parameters that have more than one value to take. */
export function variedParameters(parameters: Readonly<Record<string, ParameterContent>>): string[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const { cases } = parameter
    if (cases !== undefined) return cases.length > 1 ? parameterNames({ [name]: parameter }) : []
    return valuesOf(parameter).size > 1 ? [name] : []
  })
}

function checkParameter(parameter: ParameterContent): Mistake[] {
  const { value, values, cases, min, max, q, distribution } = parameter
  const forms = [
    value !== undefined && 'value',
    values !== undefined && 'values',
    cases !== undefined && 'cases',
    (min !== undefined || max !== undefined) && 'min and max',
  ].filter(Boolean)
  if (forms.length === 0) {
    return [{ path: [], message: 'expected `value`, `values`, `cases`, or `min` and `max`' }]
  }
  if (forms.length > 1) return [{ path: [], message: `${forms.join(' and ')} exclude each other` }]
  if (values !== undefined) return duplicates(values, 'values')
  if (cases !== undefined) return duplicates(cases, 'cases')
  if (value !== undefined) return []
  if (max === undefined) return [{ path: ['min'], message: '`min` needs `max`' }]
  if (min === undefined) return [{ path: ['max'], message: '`max` needs `min`' }]
  if (min >= max) return [{ path: ['max'], message: `expected a number above min (${min}), got ${max}` }]
  return checkRange({ min, max, q, distribution })
}

function checkRange({
  min,
  max,
  q,
  distribution,
}: Pick<ParameterContent, 'q' | 'distribution'> & { readonly min: number; readonly max: number }): Mistake[] {
  if (distribution !== 'q_uniform') {
    if (q !== undefined) return [{ path: ['q'], message: '`q` needs `distribution: q_uniform`' }]
    if (Number.isSafeInteger(min) && Number.isSafeInteger(max)) return []
    const message = 'a grid needs values that can be listed: whole numbers, `values`, or q_uniform with q'
    const isTooLarge = Number.isInteger(min) && Number.isInteger(max)
    return [
      { path: ['min'], message: isTooLarge ? `${message}; whole numbers are exact up to ${2 ** 53 - 1}` : message },
    ]
  }
  const step = q ?? 1
  if (step > max - min) return [{ path: ['q'], message: `expected a step within ${min} to ${max}, got ${step}` }]
  // Else several steps give the same number.
  if (min + step === min || max - step === max) {
    return [{ path: ['q'], message: `the step ${step} is lost on numbers as large as those from ${min} to ${max}` }]
  }
  return []
}

function duplicates(values: readonly ParameterValue[] | readonly Parameters[], form: 'values' | 'cases'): Mistake[] {
  const seen = new Set<string>()
  return values.flatMap((value, index) => {
    // As trials are told apart: 0 and -0 are one.
    const key = form === 'cases' ? canonicalJson(value as Parameters) : JSON.stringify(value)
    if (seen.has(key)) return [{ path: [form, index], message: `${printable(key)} stands in the list twice` }]
    seen.add(key)
    return []
  })
}

function valuesOf(parameter: ParameterContent): { size: number; at: (k: number) => ParameterValue } {
  const { value, values, min = 0, max = 0, q = 1, distribution } = parameter
  if (values !== undefined) return { size: values.length, at: (k) => values[k] ?? null }
  if (value !== undefined) return { size: 1, at: () => value }
  // As W&B does: q_uniform counts min, min + q, … without max; whole numbers include max.
  if (distribution === 'q_uniform') return { size: Math.ceil((max - min) / q), at: (k) => min + k * q }
  return { size: max - min + 1, at: (k) => min + k }
}
