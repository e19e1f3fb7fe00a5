import { printable } from '../printable.ts'
import type { Parameters, ParameterValue } from '../programs/program.ts'
import { decisions } from '../search/grid.ts'
import { checkConditions } from './check-conditions.ts'
import { distributionName, exponents, forms, numberDistribution, type DistributionName } from './distribution.ts'
import { flatten, type FlatParameter } from './flatten.ts'
import type { ParameterContent, SweepFileContent } from './schema.ts'
import { canonicalJson } from './seed.ts'
import type { Mistake } from './source.ts'
import { namesOf, spaceOf } from './space.ts'

/** What is wrong with the parameters of a sweep that the schema alone cannot see. */
export function checkParameters({ parameters, method }: Pick<SweepFileContent, 'parameters' | 'method'>): Mistake[] {
  const flat = flatten(parameters)
  const setters = settersOf(flat)
  const mistakes = [
    ...checkNesting(parameters),
    ...flat.flatMap((parameter) => {
      const inside = [...checkParameter(parameter.content, method), ...clashes(parameter, setters)]
      return inside.map((mistake) => ({ ...mistake, path: [...parameter.path, ...mistake.path] }))
    }),
  ]
  // What a condition asks about has to be in order first.
  if (mistakes.length === 0) mistakes.push(...checkConditions(flat))
  if (mistakes.length > 0 || method !== 'grid') return mistakes
  const combinations = decisions(spaceOf(parameters))
  if (combinations <= mostDecisions) return []
  const found = `there are ${combinations.toLocaleString('en')} combinations of what conditions ask about`
  return [{ path: ['parameters'], message: `${found}: a grid takes ${mostDecisions.toLocaleString('en')}` }]
}

const mostDecisions = 10_000

/** How many parameters set each name: all of a case list's cases count as one. */
function settersOf(parameters: readonly FlatParameter[]): ReadonlyMap<string, number> {
  const setters = new Map<string, number>()
  for (const parameter of parameters) {
    for (const name of new Set(namesOf(parameter))) setters.set(name, (setters.get(name) ?? 0) + 1)
  }
  return setters
}

/** Nothing else may set what a parameter sets, or each of its cases. */
function clashes({ name, content: { cases } }: FlatParameter, setters: ReadonlyMap<string, number>): Mistake[] {
  const message = 'another parameter sets this too'
  const isTwice = (key: string) => (setters.get(key) ?? 0) > 1
  if (cases === undefined) return isTwice(name) && name.includes('.') ? [{ path: [], atKey: true, message }] : []
  return cases.flatMap((each, index) =>
    Object.keys(each)
      .filter(isTwice)
      .map((key) => ({ path: ['cases', index, key], message })),
  )
}

/** `parameters` within a parameter stand alone, but for a condition. */
function checkNesting(
  parameters: Readonly<Record<string, ParameterContent>>,
  path: Mistake['path'] = ['parameters'],
): Mistake[] {
  return Object.entries(parameters).flatMap(([key, content]) => {
    const { parameters: inner, when, ...others } = content
    if (inner === undefined) return []
    const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0]
    const place = [...path, key]
    if (other !== undefined)
      return [{ path: [...place, other], message: `\`${other}\` and \`parameters\` exclude each other` }]
    if (Object.keys(inner).length === 0) return [{ path: place, message: 'expected at least one parameter in it' }]
    return checkNesting(inner, [...place, 'parameters'])
  })
}

function checkParameter(content: ParameterContent, method: string): Mistake[] {
  const { values, cases, min, max } = content
  const given = formsOf(content)
  if (given.length === 0 && content.distribution === undefined) {
    return [{ path: [], message: 'expected `value`, `values`, `cases`, or `min` and `max`' }]
  }
  if (given.length > 1) return [{ path: [], message: `${given.join(' and ')} exclude each other` }]
  if (min === undefined && max !== undefined) return [{ path: ['max'], message: '`max` needs `min`' }]
  if (max === undefined && min !== undefined) return [{ path: ['min'], message: '`min` needs `max`' }]
  const name = distributionName(content)
  if (name !== undefined) {
    const mistakes = checkKeys(content, name)
    if (mistakes.length > 0) return mistakes
  }
  if (cases !== undefined) return duplicates(cases, 'cases')
  const mistakes = [
    ...(values === undefined ? [] : duplicates(values, 'values')),
    ...checkProbabilities(content, method),
    ...(name === undefined ? [] : checkRange(content, name)),
  ]
  return mistakes.length > 0 || method !== 'grid' || name === undefined ? mistakes : checkListed(content, name)
}

function formsOf({ value, values, cases, min, max }: ParameterContent): string[] {
  return [
    ...(value === undefined ? [] : ['value']),
    ...(values === undefined ? [] : ['values']),
    ...(cases === undefined ? [] : ['cases']),
    ...(min === undefined && max === undefined ? [] : ['min and max']),
  ]
}

/** Whether the distribution has what it needs, and nothing that it would pass over. */
function checkKeys(content: ParameterContent, name: DistributionName): Mistake[] {
  const { needs, takes } = forms[name]
  const lacking = needs.find((key) => content[key] === undefined)
  if (lacking !== undefined) return [{ path: [], message: `${name} needs \`${lacking}\`` }]
  const known: readonly string[] = [...needs, ...takes, 'distribution', 'when']
  return Object.entries(content)
    .filter(([key, value]) => value !== undefined && !known.includes(key))
    .map(([key]) => {
      const whose = key === 'q' ? whichTakes(content) : undefined
      return { path: [key], message: whose ? `\`q\` needs \`distribution: ${whose}\`` : `${name} takes no \`${key}\`` }
    })
}

/** The distribution with steps that was probably meant. */
function whichTakes({ distribution }: ParameterContent): string | undefined {
  if (distribution === undefined || distribution === 'uniform' || distribution === 'int_uniform') return 'q_uniform'
  const stepped = `q_${distribution}`
  return stepped in forms ? stepped : undefined
}

function checkProbabilities({ values = [], probabilities }: ParameterContent, method: string): Mistake[] {
  if (probabilities === undefined) return []
  const at = (message: string) => [{ path: ['probabilities'], message }]
  if (method === 'grid') return at('a grid takes each value once, however likely it is: leave them out')
  if (probabilities.length !== values.length) {
    return at(`expected one for each of the ${values.length} values, got ${probabilities.length}`)
  }
  const sum = probabilities.reduce((total, each) => total + each, 0)
  if (Math.abs(sum - 1) <= 1e-6) return []
  return at(`expected a sum of 1, got ${Number(sum.toPrecision(6))}`)
}

function checkRange(content: ParameterContent, name: DistributionName): Mistake[] {
  const { min, max, q = 1 } = content
  if (min === undefined || max === undefined) return name === 'q_beta' ? checkStep(q, 0, 1) : []
  if (min >= max) return [{ path: ['max'], message: `expected a number above min (${min}), got ${max}` }]
  const isLogarithmic = name.includes('log') && !exponents.has(name)
  if (isLogarithmic && min <= 0) {
    return [{ path: ['min'], message: `expected a number above 0 on a log scale, got ${min}` }]
  }
  if (exponents.has(name)) return checkExponents(content, name)
  if (name === 'int_uniform') return checkWhole(min, max)
  if (max - min === Infinity)
    return [{ path: ['max'], message: `the range from ${min} to ${max} is too wide for a number` }]
  return name.startsWith('q_') ? checkStep(q, min, max) : []
}

function checkExponents(content: ParameterContent, name: DistributionName): Mistake[] {
  const { min = 0, max = 0 } = content
  for (const [key, end] of [
    ['min', min],
    ['max', max],
  ] as const) {
    // W&B means e^min: who writes 0.0001 here gets 1.0001, but who writes 1000 gets no number.
    if (Math.abs(end) <= 700) continue
    return [
      { path: [key], message: `${name} takes exponents of e, up to 700, got ${end}; for values use ${name}_values` },
    ]
  }
  return name === 'q_log_uniform' ? checkMultiples(content) : []
}

function checkMultiples(content: ParameterContent): Mistake[] {
  if (numberDistribution(content) !== undefined) return []
  return [{ path: ['q'], message: `expected a step that has a multiple from min to max, got ${content.q ?? 1}` }]
}

function checkWhole(min: number, max: number): Mistake[] {
  for (const [key, end] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (!Number.isInteger(end)) return [{ path: [key], message: `int_uniform takes whole numbers, got ${end}` }]
    if (Number.isSafeInteger(end)) continue
    const message = 'a grid needs values that can be listed: whole numbers, `values`, or q_uniform with q'
    return [{ path: ['min'], message: `${message}; whole numbers are exact up to ${2 ** 53 - 1}` }]
  }
  return []
}

function checkStep(step: number, min: number, max: number): Mistake[] {
  if (step > max - min) return [{ path: ['q'], message: `expected a step within ${min} to ${max}, got ${step}` }]
  // Else several steps give the same number.
  if (min + step === min || max - step === max) {
    return [{ path: ['q'], message: `the step ${step} is lost on numbers as large as those from ${min} to ${max}` }]
  }
  return []
}

/** A grid takes values one by one. */
function checkListed(content: ParameterContent, name: DistributionName): Mistake[] {
  const distribution = numberDistribution(content)
  if (distribution === undefined || distribution.list !== undefined) return []
  const place = content.distribution === undefined ? 'min' : 'distribution'
  const message = 'a grid needs values that can be listed: whole numbers, `values`, or q_uniform with q'
  return [
    { path: [place], message: content.distribution === undefined ? message : `${message}; ${name} has no end of them` },
  ]
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
