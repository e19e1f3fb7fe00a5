import { conditionOf, type ParametersContent } from './space.ts'
import { distributionName, rangeOf } from './distribution.ts'
import { flatten } from './flatten.ts'
import type { ParameterContent } from './schema.ts'
import type { Parameters, ParameterValue } from '../programs/program.ts'

/** What somebody fills in of a point: a number, or one of some choices. */
export interface PointField {
  readonly name: string
  /** What each sets; several parameters at once where they belong together. Null of a number from a range. */
  readonly choices: readonly { readonly text: string; readonly sets: Parameters }[] | null
  /** What it may be, in words. */
  readonly range: string
  /** Where it is there, in words; null if it always is. */
  readonly when: string | null
}

/** What a point is made of, in the order of the sweep file. */
export function pointFields(parameters: ParametersContent): PointField[] {
  return flatten(parameters).map(({ name, content }) => {
    const choices = choicesOf(name, content)
    const when = Object.entries(content.when ?? {}).map(([asked, wanted]) => {
      const condition = conditionOf(asked, wanted)
      return 'values' in condition
        ? `${asked} is ${condition.values.map(shown).join(' or ')}`
        : `${asked} is from ${condition.min} to ${condition.max}`
    })
    return {
      ...{ name, choices, range: choices?.map(({ text }) => text).join(', ') ?? rangeText(content) },
      when: when.length === 0 ? null : when.join(' and '),
    }
  })
}

function choicesOf(name: string, { value, values, cases }: ParameterContent): PointField['choices'] {
  if (cases !== undefined) {
    return cases.map((sets) => ({
      sets,
      text: Object.entries(sets)
        .map(([each, its]) => `${each} ${shown(its)}`)
        .join(', '),
    }))
  }
  const listed = values ?? (value === undefined ? undefined : [value])
  return listed?.map((each) => ({ text: shown(each), sets: { [name]: each } })) ?? null
}

function rangeText(content: ParameterContent): string {
  const { q = 1, mu = 0, sigma = 1, a = 1, b = 1 } = content
  const { min, max } = rangeOf(content)
  const ends = `${Number(min.toPrecision(6))} to ${Number(max.toPrecision(6))}`
  switch (distributionName(content)) {
    case 'int_uniform':
      return `a whole number, ${ends}`
    case 'q_uniform':
    case 'q_log_uniform':
    case 'q_log_uniform_values':
      return `${ends}, in steps of ${q}`
    case 'normal':
      return `any number, most often ${mu} ± ${sigma}`
    case 'q_normal':
      return `any multiple of ${q}, most often ${mu} ± ${sigma}`
    case 'log_normal':
      return `any number above 0, its logarithm most often ${mu} ± ${sigma}`
    case 'q_log_normal':
      return `any multiple of ${q} from 0, its logarithm most often ${mu} ± ${sigma}`
    case 'beta':
      return `0 to 1, by a beta distribution of ${a} and ${b}`
    case 'q_beta':
      return `0 to 1 in steps of ${q}, by a beta distribution of ${a} and ${b}`
    default:
      return ends
  }
}

function shown(value: ParameterValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
