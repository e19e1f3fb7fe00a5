import { isAlias, isNode, isSeq, visit, type Document } from 'yaml'

import { messageOf, SwathError } from '../errors.ts'
import { printable } from '../printable.ts'
import { sweepFileSchema } from './schema.ts'
import type { SweepSource } from './source.ts'
import type { PlacedWord } from './yaml-words.ts'
import { parseYaml, plainWords } from './yaml.ts'

/** `key=value` pairs of the command line that replace what the file says; a bare parameter's name will do as key. */
export type Overrides = readonly string[]

/** No key of a sweep file has more parts. */
const mostParts = 8

/**
 * Returns the words without quotes that the overrides bring.
 * @throws SwathError('usage' or 'sweep-file')
 */
export function applyOverrides(source: SweepSource, file: object, overrides: Overrides): PlacedWord[] {
  return overrides.flatMap((override) => {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(override) ?? []
    if (key === undefined || text === undefined) {
      throw misused(override, 'expected key=value', { hint: 'for instance --set epochs=5' })
    }
    const document = readOverride(override, text)
    const words = plainWords(document)
    const value = valueOf(override, document)
    const path = key.split('.')
    if (path.length > mostParts) throw misused(override, `expected a key of at most ${mostParts} parts`)
    if (path.includes('__proto__')) throw misused(override, 'expected another name than __proto__')
    // `dataset: mnist` is short for `dataset: { name: mnist }`.
    const short = (source.value() as { dataset?: unknown }).dataset
    if (path.length > 1 && path[0] === 'dataset' && typeof short === 'string') source.set(['dataset'], { name: short })
    const [first = ''] = path
    const isTopLevel = Object.hasOwn(sweepFileSchema.shape, first) || Object.hasOwn(file, first)
    if (isTopLevel) source.set(path, value)
    else source.set(['parameters', key], isSeq(value) || Array.isArray(value) ? { values: value } : { value })
    return words.map(({ word }) => ({ word, key: isTopLevel ? first : 'parameters', place: `--set ${printable(key)}` }))
  })
}

/** @throws SwathError('usage') */
function readOverride(override: string, text: string): Document.Parsed {
  try {
    return parseYaml(text)
  } catch (error) {
    throw misused(override, messageOf(error), { cause: error })
  }
}

/** Returns a value as a sweep file has it, with how it is written (1.0, 0755), but without its places in another text. */
function valueOf(override: string, document: Document.Parsed): unknown {
  const { contents } = document
  const aliases: unknown[] = []
  visit(document, (_, node) => {
    if (isAlias(node)) aliases.push(node)
    if (isNode(node)) node.range = null
  })
  if (contents !== null && aliases.length === 0) return contents
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw misused(override, messageOf(error), { cause: error })
  }
}

function misused(override: string, message: string, options: { hint?: string; cause?: unknown } = {}): SwathError {
  return new SwathError('usage', `--set ${printable(override)}: ${message}`, options)
}
