import { isDeepStrictEqual } from 'node:util'

import type { ParameterValue } from '../programs/program.ts'
import type { Dimension } from '../search/search.ts'
import type { ParameterContent } from './schema.ts'
import type { Mistake } from './source.ts'

/** What is wrong with the parameters of a grid that the schema alone cannot see. */
export function checkParameters(parameters: Readonly<Record<string, ParameterContent>>): Mistake[] {
  return Object.entries(parameters).flatMap(([name, parameter]) =>
    [...checkParameter(parameter), ...clashes(name, parameters)].map((mistake) => ({
      ...mistake,
      path: ['parameters', name, ...mistake.path],
    })),
  )
}

/** A case sets parameters by their names: nothing else may set them. */
function clashes(name: string, parameters: Readonly<Record<string, ParameterContent>>): Mistake[] {
  const others = new Set(
    Object.entries(parameters).flatMap(([other, { cases }]) => {
      if (other === name) return []
      return cases === undefined ? [other] : cases.flatMap((each) => Object.keys(each))
    }),
  )
  return (parameters[name]?.cases ?? []).flatMap((each, index) =>
    Object.keys(each)
      .filter((key) => others.has(key))
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
    min !== undefined && 'min',
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
  const isWhole = Number.isInteger(min) && Number.isInteger(max)
  if (distribution !== 'q_uniform' && !isWhole) {
    return [
      {
        path: ['min'],
        message: 'a grid needs values that can be listed: whole numbers, `values`, or q_uniform with q',
      },
    ]
  }
  if (q !== undefined && q > max - min)
    return [{ path: ['q'], message: `expected a step within ${min} to ${max}, got ${q}` }]
  return []
}

function duplicates(values: readonly unknown[], form: 'values' | 'cases'): Mistake[] {
  return values.flatMap((value, index) =>
    values.slice(0, index).some((earlier) => isDeepStrictEqual(earlier, value))
      ? [{ path: [form, index], message: `${JSON.stringify(value)} stands in the list twice` }]
      : [],
  )
}

function valuesOf(parameter: ParameterContent): { size: number; at: (k: number) => ParameterValue } {
  const { value, values, min = 0, max = 0, q = 1, distribution } = parameter
  if (values !== undefined) return { size: values.length, at: (k) => values[k] ?? null }
  if (value !== undefined) return { size: 1, at: () => value }
  // As W&B does: q_uniform counts min, min + q, … without max; whole numbers include max.
  if (distribution === 'q_uniform') return { size: Math.ceil((max - min) / q), at: (k) => min + k * q }
  return { size: max - min + 1, at: (k) => min + k }
}
