import { messageOf, SwathError } from '../errors.ts'
import { printable } from '../printable.ts'
import { sweepFileSchema } from './schema.ts'
import type { SweepSource } from './source.ts'
import { parseYaml } from './yaml.ts'

/** `key=value` pairs of the command line that replace what the file says; a bare parameter's name will do as key. */
export type Overrides = readonly string[]

/** No key of a sweep file has more parts. */
const mostParts = 8

/** @throws SwathError('usage' or 'sweep-file') */
export function applyOverrides(source: SweepSource, file: object, overrides: Overrides): void {
  for (const override of overrides) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(override) ?? []
    if (key === undefined || text === undefined) {
      throw misused(override, 'expected key=value', { hint: 'for instance --set epochs=5' })
    }
    const value = valueOf(override, text)
    const path = key.split('.')
    if (path.length > mostParts) throw misused(override, `expected a key of at most ${mostParts} parts`)
    if (path.includes('__proto__')) throw misused(override, 'expected another name than __proto__')
    // `dataset: mnist` is short for `dataset: { name: mnist }`.
    const short = (source.value() as { dataset?: unknown }).dataset
    if (path.length > 1 && path[0] === 'dataset' && typeof short === 'string') source.set(['dataset'], { name: short })
    const [first = ''] = path
    const isTopLevel = Object.hasOwn(sweepFileSchema.shape, first) || Object.hasOwn(file, first)
    if (isTopLevel) source.set(path, value)
    else source.set(['parameters', key], Array.isArray(value) ? { values: value } : { value })
  }
}

function valueOf(override: string, text: string): unknown {
  try {
    return parseYaml(text).toJS({ maxAliasCount: 100 }) as unknown
  } catch (error) {
    throw misused(override, messageOf(error), { cause: error })
  }
}

function misused(override: string, message: string, options: { hint?: string; cause?: unknown } = {}): SwathError {
  return new SwathError('usage', `--set ${printable(override)}: ${message}`, options)
}
