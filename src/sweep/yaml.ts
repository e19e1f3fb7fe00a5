import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  Scalar,
  visit,
  type Alias,
  type Document,
  type YAMLMap,
} from 'yaml'

import { whyInexact } from '../exact-number.ts'
import { printable } from '../printable.ts'

/** Deeper than this is no sweep file; the library follows what is nested on the stack. */
const deepest = 60

/** A mistake in a YAML text, at an offset. */
export class YamlMistake extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/**
 * Reads a YAML text whose every key is a name that stands there once, whose aliases have their anchors, and whose tags are
 * known. @throws YamlMistake
 */
export function parseYaml(text: string, lines = new LineCounter()): Document.Parsed {
  // The library compares each key with every other one of its mapping; `checkKeys` does not.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  const [document, second] = withoutStacks(() => {
    const [one, two] = composer.compose(tokens(text, lines), true, text.length)
    return [one, two]
  })
  if (document === undefined) throw new YamlMistake(0, 'there is nothing in it')
  const [first] = [...document.errors, ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')]
  if (first !== undefined) throw new YamlMistake(first.pos[0], printable(first.message, 200))
  if (second !== undefined) throw new YamlMistake(second.range[0], 'a second document begins here: expected one alone')
  checkNodes(document)
  return document
}

function* tokens(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > deepest) throw new YamlMistake(parser.offset, 'this is nested too deep')
  }
  yield* parser.end()
}

/** The library makes an error of every mistake, a million in a file of commas: their stacks would take 20 s. */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = limit
  }
}

function checkNodes(document: Document.Parsed): void {
  const anchors = new Set<string>()
  visit(document, (_, node, ancestors) => {
    if (isMap(node)) checkKeys(node)
    if (isScalar(node)) checkNumber(node)
    if (isAlias(node)) checkAlias(node, anchors, ancestors)
    else if ((isCollection(node) || isScalar(node)) && node.anchor !== undefined) anchors.add(node.anchor)
  })
}

function checkNumber({ value, source, range }: Scalar): void {
  if (typeof value !== 'number' || source === undefined) return
  const why = whyInexact(source)
  if (why !== undefined) throw new YamlMistake(range?.[0] ?? 0, printable(why, 300))
}

function checkAlias({ source, range }: Alias, anchors: ReadonlySet<string>, ancestors: readonly unknown[]): void {
  const at = range?.[0] ?? 0
  if (!anchors.has(source)) {
    throw new YamlMistake(at, `there is no anchor &${printable(source)} before this alias`)
  }
  // Its value would contain itself.
  if (ancestors.some((node) => isCollection(node) && node.anchor === source)) {
    throw new YamlMistake(at, 'this alias stands within what it stands for')
  }
}

function checkKeys({ items, range }: YAMLMap): void {
  const seen = new Set<string>()
  for (const { key } of items) {
    const at = (isNode(key) ? key.range?.[0] : undefined) ?? range?.[0] ?? 0
    const name = keyName(key)
    // The library for schemas passes it over in silence.
    if (name === undefined || name === '__proto__') throw new YamlMistake(at, 'expected a name as key')
    if (seen.has(name)) throw new YamlMistake(at, 'this key stands here twice')
    seen.add(name)
  }
}

/** A value that is written without quotes and without a tag. */
export interface PlainWord {
  readonly word: string
  /** The key of the whole text that it stands under. */
  readonly key: unknown
  readonly offset: number
}

export function plainWords(document: Document): PlainWord[] {
  const found: PlainWord[] = []
  visit(document, {
    Scalar: (role, { type, source, tag, range }, ancestors) => {
      if (role === 'key' || type !== Scalar.PLAIN || source === undefined || tag !== undefined || !range) return
      const top: unknown = ancestors.find(isPair)?.key
      found.push({ word: source, key: isScalar(top) ? top.value : undefined, offset: range[0] })
    },
  })
  return found
}

/** As it is in JavaScript; undefined for a key that is no word, such as a list. */
export function keyName(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : key
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}
