import * as distributions from '../search/distributions.ts'
import type { NumberDistribution } from '../search/distributions.ts'
import type { ParameterContent } from './schema.ts'

export type DistributionName = NonNullable<ParameterContent['distribution']>

/** What a parameter may say; the first ones it has to. */
interface Form {
  readonly needs: readonly (keyof ParameterContent)[]
  readonly takes: readonly (keyof ParameterContent)[]
}

const range: Form = { needs: ['min', 'max'], takes: [] }
const steps: Form = { needs: ['min', 'max'], takes: ['q'] }

/** W&B's; what is drawn from them, as its documentation has it. */
export const forms: Readonly<Record<DistributionName, Form>> = {
  constant: { needs: ['value'], takes: [] },
  categorical: { needs: ['values'], takes: ['probabilities'] },
  categorical_w_probabilities: { needs: ['values', 'probabilities'], takes: [] },
  ...{ int_uniform: range, uniform: range, log_uniform_values: range, inv_log_uniform_values: range },
  ...{ log_uniform: range, inv_log_uniform: range },
  ...{ q_uniform: steps, q_log_uniform_values: steps, q_log_uniform: steps },
  normal: { needs: [], takes: ['mu', 'sigma'] },
  q_normal: { needs: [], takes: ['mu', 'sigma', 'q'] },
  log_normal: { needs: [], takes: ['mu', 'sigma'] },
  q_log_normal: { needs: [], takes: ['mu', 'sigma', 'q'] },
  beta: { needs: [], takes: ['a', 'b'] },
  q_beta: { needs: [], takes: ['a', 'b', 'q'] },
}

/** Min and max stand for logarithms in W&B's older ones. */
export const exponents: ReadonlySet<DistributionName> = new Set(['log_uniform', 'q_log_uniform', 'inv_log_uniform'])

/** The one that is named, or the one that its keys tell: whole numbers if both ends are. Undefined for `cases`. */
export function distributionName(content: ParameterContent): DistributionName | undefined {
  const { distribution, value, values, cases, min, max } = content
  if (distribution !== undefined || cases !== undefined) return distribution
  if (value !== undefined) return 'constant'
  if (values !== undefined) return 'categorical'
  if (min === undefined || max === undefined) return undefined
  return Number.isInteger(min) && Number.isInteger(max) ? 'int_uniform' : 'uniform'
}

/** Min and max themselves, where the file may have their logarithms. */
export function rangeOf(content: ParameterContent): { readonly min: number; readonly max: number } {
  const { min = 0, max = 0 } = content
  switch (content.distribution) {
    case 'log_uniform':
    case 'q_log_uniform':
      return { min: Math.exp(min), max: Math.exp(max) }
    case 'inv_log_uniform':
      return { min: Math.exp(-max), max: Math.exp(-min) }
    default:
      return { min, max }
  }
}

/** Of numbers; undefined for categories, and where no multiple of q lies in the range. */
export function numberDistribution(content: ParameterContent): NumberDistribution | undefined {
  const { values, probabilities, q = 1, mu = 0, sigma = 1, a = 1, b = 1 } = content
  const ends = rangeOf(content)
  switch (distributionName(content)) {
    case 'int_uniform':
      return distributions.intUniform(ends)
    case 'uniform':
      return distributions.uniform(ends)
    case 'q_uniform':
      return distributions.qUniform({ ...ends, q })
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
    case 'log_uniform':
    case 'inv_log_uniform':
      return distributions.logUniform(ends)
    case 'q_log_uniform_values':
    case 'q_log_uniform':
      return distributions.qLogUniform({ ...ends, q })
    case 'normal':
      return distributions.normal(mu, sigma)
    case 'q_normal':
      return distributions.rounded(distributions.normal(mu, sigma), q)
    case 'log_normal':
      return distributions.logNormal(mu, sigma)
    case 'q_log_normal':
      return distributions.rounded(distributions.logNormal(mu, sigma), q)
    case 'beta':
      return distributions.beta(a, b)
    case 'q_beta':
      return distributions.roundedShare(distributions.beta(a, b), q)
    case 'constant':
    case 'categorical':
    case 'categorical_w_probabilities':
    case undefined:
      return isOrdered(values) ? orderedValues(values, probabilities) : undefined
  }
}

/** Two values are no scale. */
function isOrdered(values: ParameterContent['values']): values is number[] {
  return values !== undefined && values.length > 2 && values.every((value) => typeof value === 'number')
}

/** A grid takes them as they come; any other method knows that 64 is nearer to 128 than to 512. */
function orderedValues(values: readonly number[], probabilities: readonly number[] | undefined): NumberDistribution {
  const order = [...values.keys()].sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0))
  const sorted = order.map((k) => values[k] ?? 0)
  const list = { size: values.length, at: (k: number) => values[k] ?? 0 }
  return { ...distributions.ordered(sorted, probabilities && order.map((k) => probabilities[k] ?? 0)), list }
}
