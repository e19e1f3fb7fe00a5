import type { core } from 'zod'

import { datasetSchema } from '../datasets/reference.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../printable.ts'
import { keysOfRule, stoppingRules } from '../stopping/early-terminate.ts'
import type { DistributionName } from './distribution.ts'
import { sweepFileSchema } from './schema.ts'
import { powerSchema } from './budget.ts'
import type { Mistake, Path } from './source.ts'

/** What a schema issue means to the person who wrote the file. */
export function explain(issue: core.$ZodIssue, file: unknown): Mistake[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], atKey: true, message: unknownKey(path, key, file) }))
    case 'invalid_type': {
      const value = valueAt(file, path)
      if (value === undefined) return [{ path, message: `missing: expected ${article(issue.expected)}` }]
      return [
        { path, message: `expected ${article(issue.expected)}, got ${describeValue(value)}${writeAs(path, value)}` },
      ]
    }
    case 'invalid_union': {
      if (issue.discriminator !== undefined && path[0] === 'early_terminate') {
        const got = valueAt(file, path)
        const what = got === undefined ? 'missing: expected' : `got ${describeValue(got)}, expected`
        const meant = typeof got === 'string' ? `; did you mean ${nearest(got.slice(0, 80), stoppingRules)}?` : ''
        return [{ path, message: `${what} one of ${stoppingRules.join(', ')}${meant}` }]
      }
      // The form that was meant: what is wrong lies inside it.
      const meant = issue.errors.find((issues) => issues.every((inner) => inner.path.length > 0))
      if (meant !== undefined) {
        return meant.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }, file))
      }
      return [{ path, message: `got ${describeValue(valueAt(file, path))}, which cannot stand here` }]
    }
    case 'invalid_value': {
      const got = valueAt(file, path)
      const choices = issue.values.map(String)
      const theirs = ofTheirServer(path, got)
      if (theirs !== undefined) return [{ path, message: theirs }]
      const elsewhere = path.at(-1) === 'distribution' ? ofAnotherTool(got) : undefined
      if (elsewhere !== undefined) return [{ path, message: elsewhere }]
      const meant = typeof got === 'string' ? `; did you mean ${nearest(got.slice(0, 80), choices)}?` : ''
      const what = got === undefined ? 'missing: expected' : `got ${describeValue(got)}, expected`
      return [{ path, message: `${what} one of ${choices.join(', ')}${meant}` }]
    }
    case 'too_small': {
      if (issue.origin === 'array') return [{ path, message: 'the list is empty: expected at least one value' }]
      const least = `${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`
      return [{ path, message: `expected ${least}, got ${describeValue(valueAt(file, path))}` }]
    }
    case 'too_big':
      return [{ path, message: `expected at most ${String(issue.maximum)}, got ${describeValue(valueAt(file, path))}` }]
    case 'invalid_key':
      return [{ path, atKey: true, message: 'expected a name such as learning_rate' }]
    default:
      return [{ path, message: issue.message }]
  }
}

/** Distributions as Optuna, Ray Tune, Hyperopt and scikit-learn spell them; the nearest name here may be another one. */
const spellings: Readonly<Record<string, DistributionName>> = {
  ...{ loguniform: 'log_uniform_values', reciprocal: 'log_uniform_values', log: 'log_uniform_values' },
  ...{ qloguniform: 'q_log_uniform_values', quniform: 'q_uniform', discreteuniform: 'q_uniform' },
  ...{ float: 'uniform', real: 'uniform', double: 'uniform' },
  ...{ int: 'int_uniform', integer: 'int_uniform', randint: 'int_uniform', uniformint: 'int_uniform' },
  ...{ choice: 'categorical', lognormal: 'log_normal', qlognormal: 'q_log_normal', qnormal: 'q_normal' },
  ...{ gaussian: 'normal', randn: 'normal', qrandn: 'q_normal' },
}

function ofAnotherTool(got: unknown): string | undefined {
  if (typeof got !== 'string') return undefined
  const key = got.toLowerCase().replace(/[^a-z]/g, '')
  const name = Object.hasOwn(spellings, key) ? spellings[key] : undefined
  if (name === undefined) return undefined
  const isLog = name.includes('log_uniform')
  const other = isLog ? `; in ${name.replace('_values', '')} min and max are exponents of e, as in W&B` : ''
  return `got ${describeValue(got)}: write ${name}${isLog ? ' to draw from min to max on a log scale' : ''}${other}`
}

/** What W&B's schema knows and only a scheduler of its server can do. */
function ofTheirServer(path: Path, got: unknown): string | undefined {
  const instead = 'here `method: tpe` or `nsga2` searches, for several `objectives` as well'
  if (path[0] === 'method' && got === 'custom')
    return `a custom method is run by a scheduler of W&B’s server; ${instead}`
  if (path[0] === 'scheduler' && got !== undefined) return `its engines are run by W&B’s server; ${instead}`
  return undefined
}

function unknownKey(parent: Path, key: string, file: unknown): string {
  const known = knownKeys(parent, file)
  return `unknown key; did you mean ${nearest(key.slice(0, 80), known)}? Known here: ${known.join(', ')}`
}

function knownKeys(parent: Path, file: unknown): string[] {
  const shape = sweepFileSchema.shape
  switch (parent[0]) {
    case 'parameters':
      return parent.at(-2) === 'when' ? ['min', 'max'] : Object.keys(shape.parameters.valueType.shape)
    case 'objectives':
      return Object.keys(shape.objectives.unwrap().element.shape)
    case 'metric':
    case 'metrics':
      return Object.keys(shape.metric.unwrap().shape)
    case 'budget':
      return Object.keys(shape.budget.unwrap().shape)
    case 'power':
      return Object.keys(powerSchema.shape)
    case 'resources':
      return ['cores', 'tags']
    case 'timeout':
      return ['trial', 'epoch']
    case 'checkpoint':
      return ['every', 'keep']
    case 'dataset':
      return Object.keys(datasetSchema.shape)
    case 'early_terminate':
      return keysOfRule(valueAt(file, ['early_terminate', 'type']))
    default:
      return Object.keys(shape)
  }
}

function valueAt(file: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    file,
  )
}

function article(expected: string): string {
  const names: Record<string, string> = {
    record: 'a mapping',
    object: 'a mapping',
    array: 'a list',
    int: 'a whole number',
  }
  return names[expected] ?? `a ${expected}`
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null) return 'nothing'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return `the text "${printable(value)}"`
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function writeAs(path: Path, value: unknown): string {
  if (path[0] !== 'parameters' || path.length !== 2 || (typeof value === 'object' && !Array.isArray(value))) return ''
  const form = Array.isArray(value) ? 'values' : 'value'
  return `: write { ${form}: ${printable(JSON.stringify(value))} }`
}
