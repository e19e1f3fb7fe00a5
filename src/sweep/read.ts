import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { parse } from 'yaml'

import { messageOf, SwathError } from '../errors.ts'
import { explain } from './explain.ts'
import { sweepFileSchema, type SweepFileContent } from './schema.ts'
import { SweepSource, type Mistake } from './source.ts'
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
  return readSweep(new SweepSource(path, readText(path)), overrides)
}

/** Checks what a sweep file says, wherever it came from; throws as {@link readSweepFile}. */
export function readSweep(source: SweepSource, overrides: Overrides = []): SweepFile {
  const { path } = source
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
  const mistakes = [
    ...checkProgram(content),
    ...checkMethod(content),
    ...checkParameters(content.parameters),
    ...checkKeep(content),
  ]
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
    // `dataset: mnist` is short for `dataset: { name: mnist }`.
    const short = (source.value() as { dataset?: unknown }).dataset
    if (path.length > 1 && path[0] === 'dataset' && typeof short === 'string') source.set(['dataset'], { name: short })
    const isTopLevel = (path[0] ?? '') in sweepFileSchema.shape || (path[0] ?? '') in file
    if (isTopLevel) source.set(path, value)
    else source.set(['parameters', key], Array.isArray(value) ? { values: value } : { value })
  }
}

function checkProgram({ program, command }: SweepFileContent): Mistake[] {
  if (program !== undefined || command !== undefined) return []
  return [{ path: ['program'], message: 'missing: expected a program, or a command' }]
}

function checkMethod({ method }: SweepFileContent): Mistake[] {
  if (method === 'grid') return []
  return [{ path: ['method'], message: `${method} is not there yet; today swath runs grids: \`method: grid\`` }]
}

function checkKeep({ checkpoint, metric }: SweepFileContent): Mistake[] {
  if (checkpoint.keep !== 'best' || metric !== undefined) return []
  return [{ path: ['checkpoint', 'keep'], message: 'the best by which metric? Say so: `metric: { name, goal }`' }]
}
