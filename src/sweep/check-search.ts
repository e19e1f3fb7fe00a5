import type { ModelCost } from '../models/cost.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../printable.ts'
import type { Parameters } from '../programs/program.ts'
import { builtinMetrics, builtinPrograms } from '../programs/builtin.ts'
import { namesIn, violation, type Constraint } from '../search/constraint.ts'
import { parseConstraint } from '../search/parse-constraint.ts'
import type { SweepFileContent } from './schema.ts'
import type { Mistake } from './source.ts'
import { parameterNames } from './space.ts'

/** What is known of a point before it is trained, besides its parameters. */
const knownCosts = ['flops', 'parameter_count'] as const

/** What is wrong with objectives and constraints that the schema alone cannot see. */
export function checkSearch({
  constraints = [],
  parameters,
  ...content
}: Pick<SweepFileContent, Looking | 'constraints' | 'parameters'>): Mistake[] {
  const names = parameterNames(parameters)
  return [
    ...checkObjectives(content),
    ...checkReported(content),
    ...checkReductions(content),
    ...constraints.flatMap((text, k) => checkConstraint(text, k, names)),
  ]
}

/** The constraints of a file that `checkSearch` has found in order. */
export function constraintsOf({
  constraints = [],
}: {
  readonly constraints?: readonly string[] | undefined
}): Constraint[] {
  return constraints.map(parseConstraint).filter((each) => 'comparison' in each)
}

/** The first constraint that a point breaks before it is trained, of a sweep with these parameters. */
export function brokenBy(
  point: { readonly params: Parameters; readonly cost: ModelCost | null },
  { constraints, parameters }: { readonly constraints: readonly Constraint[]; readonly parameters: readonly string[] },
): Constraint | undefined {
  const known: Readonly<Record<string, unknown>> = {
    ...point.params,
    ...{ flops: point.cost?.flops, parameter_count: point.cost?.parameterCount },
  }
  return constraints
    .filter((constraint) => isAboutPoint(constraint, parameters))
    .find((constraint) => (violation(constraint, (name) => known[name]) ?? 0) > 0)
}

/** Whether all in it is known before a trial is trained; else it is about results. */
export function isAboutPoint(constraint: Constraint, parameters: readonly string[]): boolean {
  const known = new Set([...parameters, ...knownCosts])
  return namesIn(constraint).every((name) => known.has(name))
}

type Looking = 'objectives' | 'metrics' | 'metric' | 'reductions' | 'program' | 'command'

/** What a program that comes with swath reports is known before it is run. */
function checkReported({ program, command, ...content }: Pick<SweepFileContent, Looking>): Mistake[] {
  if (command !== undefined || !builtinPrograms.some((builtin) => builtin === program)) return []
  const known: readonly string[] = [...builtinMetrics, ...knownCosts]
  const named = [
    ...(content.objectives ?? []).map(({ name }, k) => ({ name, path: ['objectives', k, 'name'] })),
    ...(content.metrics ?? []).map(({ name }, k) => ({ name, path: ['metrics', k, 'name'] })),
    ...(content.metric === undefined ? [] : [{ name: content.metric.name, path: ['metric', 'name'] }]),
  ]
  return named
    .filter(({ name }) => !known.includes(name))
    .map(({ name, path }) => ({
      path,
      message: `${program} reports no ${printable(name)}; did you mean ${nearest(name.slice(0, 80), known)}?`,
    }))
}

function checkObjectives(content: Pick<SweepFileContent, 'objectives' | 'metrics' | 'metric'>): Mistake[] {
  const [first, second] = (['objectives', 'metrics', 'metric'] as const).filter((key) => content[key] !== undefined)
  if (first === undefined || first === 'metric') return []
  if (second !== undefined) {
    return [{ path: [first], atKey: true, message: `\`${first}\` and \`${second}\` exclude each other` }]
  }
  const objectives = content[first] ?? []
  return objectives.flatMap(({ name }, k) =>
    objectives.findIndex((other) => other.name === name) === k
      ? []
      : [{ path: [first, k, 'name'], message: `${name} is an objective already` }],
  )
}

/** An objective has one reduction. */
function checkReductions({ reductions = {}, ...content }: Pick<SweepFileContent, Looking>): Mistake[] {
  const declared = content.objectives ?? content.metrics ?? (content.metric === undefined ? [] : [content.metric])
  return declared.flatMap(({ name, reduction }) => {
    const other = Object.hasOwn(reductions, name) ? reductions[name] : undefined
    if (other === undefined || reduction === undefined || other === reduction) return []
    return [{ path: ['reductions', name], message: `${name} is an objective with the reduction ${reduction}` }]
  })
}

function checkConstraint(text: string, k: number, parameters: readonly string[]): Mistake[] {
  const path = ['constraints', k]
  const constraint = parseConstraint(text)
  if (!('comparison' in constraint)) {
    return [{ path, message: `${constraint.message}, at character ${constraint.offset + 1} of it` }]
  }
  const names = namesIn(constraint)
  if (names.length === 0)
    return [{ path, message: 'it compares numbers alone: expected a parameter, flops or a metric' }]
  // A metric may have any name, but one that is a parameter's but for a letter is hardly meant as one.
  return names.flatMap((name) => {
    if (parameters.includes(name)) return []
    const known = [...parameters, ...knownCosts]
    const close = nearest(name, known)
    const isSlip = close.toLowerCase() === name.toLowerCase() && close !== name
    return isSlip ? [{ path, message: `there is no ${name}; did you mean ${close}?` }] : []
  })
}
