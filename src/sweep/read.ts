import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { parse } from 'yaml'
import type { core } from 'zod'

import { messageOf, SwathError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { keysToCome, sweepFileSchema, type SweepFileContent } from './schema.ts'
import { SweepSource, type Mistake, type Path } from './source.ts'
import { checkParameters } from './space.ts'

/** A sweep file that has been read and found in order. */
export interface SweepFile {
  readonly source: SweepSource
  readonly content: SweepFileContent & { readonly name: string }
}

/** `key=value` pairs of the command line that replace what the file says; a bare parameter's name will do as key. */
export type Overrides = readonly string[]

/** Reads and checks a sweep file. Throws SwathError('sweep-file') that names each mistake's line and column. */
export function readSweepFile(path: string, overrides: Overrides = []): SweepFile {
  const source = new SweepSource(path, readText(path))
  const value = source.value()
  if (value === null || value === undefined) {
    throw new SwathError('sweep-file', `${path}: the file is empty`, {
      hint: 'see sweeps/mnist-depth-width.yaml for one that runs',
    })
  }
  if (typeof value === 'object' && !Array.isArray(value)) applyOverrides(source, value, overrides)

  const parsed = sweepFileSchema.safeParse(source.value())
  if (!parsed.success) throw source.error(parsed.error.issues.flatMap((issue) => explain(issue, source.value())))

  const content = { ...parsed.data, name: parsed.data.name ?? nameOfFile(path) }
  const mistakes = [...checkMethod(content), ...checkParameters(content.parameters)]
  if (mistakes.length > 0) throw source.error(mistakes)
  return { source, content }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new SwathError('not-found', `there is no sweep file ${path}`, { cause: error })
    const reason = code === 'EISDIR' ? 'it is a folder' : messageOf(error)
    throw new SwathError('not-found', `cannot read the sweep file ${path}: ${reason}`, { cause: error })
  }
}

function nameOfFile(path: string): string {
  return (
    basename(path)
      .replace(/\.ya?ml$/i, '')
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'sweep'
  )
}

function applyOverrides(source: SweepSource, file: object, overrides: Overrides): void {
  for (const override of overrides) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(override) ?? []
    if (key === undefined || text === undefined) {
      throw new SwathError('usage', `--set ${override}: expected key=value`, { hint: 'for instance --set epochs=5' })
    }
    let value: unknown
    try {
      value = parse(text)
    } catch (error) {
      throw new SwathError('usage', `--set ${override}: ${messageOf(error)}`, { cause: error })
    }
    const path = key.split('.')
    const isTopLevel = (path[0] ?? '') in sweepFileSchema.shape || (path[0] ?? '') in file
    if (isTopLevel) source.set(path, value)
    else source.set(['parameters', key], Array.isArray(value) ? { values: value } : { value })
  }
}

function checkMethod({ method }: SweepFileContent): Mistake[] {
  if (method === 'grid') return []
  return [{ path: ['method'], message: `${method} is not there yet; today swath runs grids: \`method: grid\`` }]
}

/** What a schema issue means to the person who wrote the file. */
function explain(issue: core.$ZodIssue, file: unknown): Mistake[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], atKey: true, message: unknownKey(path, key) }))
    case 'invalid_type': {
      const value = valueAt(file, path)
      if (value === undefined) return [{ path, message: `missing: expected ${article(issue.expected)}` }]
      return [
        { path, message: `expected ${article(issue.expected)}, got ${describeValue(value)}${writeAs(path, value)}` },
      ]
    }
    case 'invalid_union':
      return [{ path, message: `got ${describeValue(valueAt(file, path))}, which cannot stand here` }]
    case 'invalid_value': {
      const got = valueAt(file, path)
      const choices = issue.values.map(String)
      const meant = typeof got === 'string' ? `; did you mean ${nearest(got, choices)}?` : ''
      const what = got === undefined ? 'missing: expected' : `got ${describeValue(got)}, expected`
      return [{ path, message: `${what} one of ${choices.join(', ')}${meant}` }]
    }
    case 'too_small':
      if (issue.origin === 'array') return [{ path, message: 'the list is empty: expected at least one value' }]
      return [
        { path, message: `expected at least ${String(issue.minimum)}, got ${describeValue(valueAt(file, path))}` },
      ]
    case 'too_big':
      return [{ path, message: `expected at most ${String(issue.maximum)}, got ${describeValue(valueAt(file, path))}` }]
    case 'invalid_key':
      return [{ path, atKey: true, message: 'expected a name such as learning_rate' }]
    default:
      return [{ path, message: issue.message }]
  }
}

function unknownKey(parent: Path, key: string): string {
  if (keysToCome.has(key)) return 'not there yet: leave it out for now'
  const known = knownKeys(parent)
  return `unknown key; did you mean ${nearest(key, known)}? Known here: ${known.join(', ')}`
}

function knownKeys(parent: Path): string[] {
  const shape = sweepFileSchema.shape
  switch (parent[0]) {
    case 'parameters':
      return Object.keys(shape.parameters.valueType.shape)
    case 'metric':
      return Object.keys(shape.metric.unwrap().shape)
    case 'resources':
      return ['cores']
    case 'dataset':
      return ['name', 'path', 'limit']
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
  return typeof value === 'string' ? `the text "${value}"` : String(value)
}

function writeAs(path: Path, value: unknown): string {
  if (path[0] !== 'parameters' || path.length !== 2 || (typeof value === 'object' && !Array.isArray(value))) return ''
  return Array.isArray(value) ? `: write { values: ${JSON.stringify(value)} }` : `: write { value: ${String(value)} }`
}
