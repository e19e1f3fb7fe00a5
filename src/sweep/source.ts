import stringWidth from 'string-width'
import { isMap, isNode, isScalar, isSeq, LineCounter, Scalar, visit, type Document, type Node } from 'yaml'

import { messageOf, SwathError } from '../errors.ts'
import { printable } from '../printable.ts'
import { keyName, parseYaml, plainWords, YamlMistake, type PlainWord } from './yaml.ts'

export type Path = readonly (string | number)[]

/** One mistake in a sweep file. */
export interface Mistake {
  readonly path: Path
  /** True if the key at `path` is wrong, and not its value. */
  readonly atKey?: boolean
  readonly message: string
}

/** At most so many mistakes are shown at once. */
const mistakesShown = 10

const longestMessage = 500
/** Columns of a source line that are shown around a mistake. */
const columnsShown = 100

/** A YAML text that knows where everything in it stands. */
export class SweepSource {
  readonly path: string
  readonly text: string
  readonly #isTyped: boolean
  readonly #document: Document
  readonly #lines = new LineCounter()
  #value: { readonly whole: unknown } | undefined

  /**
   * Throws SwathError('sweep-file') with file:line:column if the text is not YAML.
   * @param isTyped true for a text that a command made of its options: mistakes then name the parameter alone
   */
  constructor(path: string, text: string, { isTyped = false } = {}) {
    this.path = path
    this.text = text
    this.#isTyped = isTyped
    try {
      this.#document = parseYaml(text, this.#lines)
    } catch (error) {
      if (!(error instanceof YamlMistake)) throw error
      throw new SwathError('sweep-file', this.#at(error.offset, unquotedMacro(text, error.offset) ?? error.message), {
        cause: error,
      })
    }
  }

  /** The value of the whole file, as plain data. Throws SwathError('sweep-file') for aliases that make too much of it. */
  value(): unknown {
    try {
      this.#value ??= { whole: this.#document.toJS({ maxAliasCount: 100 }) as unknown }
      return this.#value.whole
    } catch (error) {
      const message = 'the aliases from here on make too much of this file'
      throw new SwathError('sweep-file', this.#at(this.#firstAlias(), message), { cause: error })
    }
  }

  /** Puts a value at `path`; throws SwathError('sweep-file') if something that is no mapping is in its way. */
  set(path: Path, value: unknown): void {
    this.#value = undefined
    for (const depth of path.keys()) {
      const list = this.#nodeAt(path.slice(0, depth), false)
      if (!isSeq(list) || list.has(path[depth])) continue
      throw this.error([
        { path: path.slice(0, depth), message: `--set: there is no ${printable(String(path[depth]))} in this list` },
      ])
    }
    try {
      this.#document.setIn(path, this.#document.createNode(value))
    } catch (error) {
      throw this.error([
        { path: path.slice(0, -1), message: `--set ${printable(path.join('.'))}: ${messageOf(error)}` },
      ])
    }
  }

  /** Whether a number is written with a point: 1.0 is 1 in JavaScript, but another type where W&B reads it. */
  hasPoint(path: Path): boolean {
    const node = this.#nodeAt(path, false)
    return isScalar(node) && node.source?.includes('.') === true
  }

  /** Returns a value as it is written, if it is a word without quotes that is no text: 1.0, 0755, True. */
  wordAt(path: Path): string | undefined {
    const node = this.#nodeAt(path, false)
    return isScalar(node) && node.type === Scalar.PLAIN && typeof node.value !== 'string' ? node.source : undefined
  }

  has(path: Path): boolean {
    return this.#nodeAt(path, false) !== undefined
  }

  /** Every value without quotes, as the text has it, and its `line:column`. What `--set` made is not in it. */
  plainWords(): (PlainWord & { readonly place: string })[] {
    return plainWords(this.#document).map((found) => {
      const { line, col } = this.#lines.linePos(found.offset)
      return { ...found, place: `${line}:${col}` }
    })
  }

  error(mistakes: readonly Mistake[], hint?: string): SwathError {
    const shown = mistakes.slice(0, mistakesShown).map((mistake) => this.describe(mistake))
    if (mistakes.length > shown.length) shown.push(`… and ${mistakes.length - shown.length} more`)
    return new SwathError('sweep-file', shown.join('\n'), hint === undefined ? {} : { hint })
  }

  /** `file:line:column: message`, with the source line and a caret under it. */
  describe({ path, atKey = false, message }: Mistake): string {
    if (this.#isTyped) return `${path[0] === 'parameters' ? `${path[1] ?? 'parameters'}: ` : ''}${message}`
    const subject = path.length === 0 ? '' : `${printable(path.map(String).join('.'))}: `
    return this.#at(this.#offsetOf(path, atKey), subject + printable(message, longestMessage))
  }

  /** The offset of the deepest node on `path` that the text has; undefined for one that `--set` made. */
  #offsetOf(path: Path, atKey: boolean): number | undefined {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = this.#nodeAt(path.slice(0, depth), atKey && depth === path.length)
      if (node !== undefined) return node.range?.[0]
    }
    return undefined
  }

  #nodeAt(path: Path, atKey: boolean): Node | undefined {
    let node: unknown = this.#document.contents
    for (const [depth, key] of path.entries()) {
      if (isSeq(node)) node = node.items[Number(key)]
      else if (isMap(node)) {
        const pair = node.items.find((item) => keyName(item.key) === String(key))
        node = atKey && depth === path.length - 1 ? pair?.key : pair?.value
      } else return undefined
    }
    return isNode(node) ? node : undefined
  }

  #firstAlias(): number {
    let offset = 0
    visit(this.#document, {
      Alias(_, { range }) {
        offset = range?.[0] ?? 0
        return visit.BREAK
      },
    })
    return offset
  }

  #at(offset: number | undefined, message: string): string {
    if (offset === undefined) return `${this.path}: (--set) ${message}`
    const { line, col } = this.#lines.linePos(offset)
    const source = this.text.split(/\r?\n/)[line - 1] ?? ''
    const from = Math.max(0, Math.min(col - 1 - columnsShown / 2, source.length - columnsShown))
    const shown = (end: number) => source.slice(from, end).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ')
    const gutter = `${line} | ${from > 0 ? '…' : ''}`
    const caret = ' '.repeat(gutter.length + stringWidth(shown(col - 1)))
    return `${this.path}:${line}:${col}: ${message}\n  ${gutter}${shown(from + columnsShown)}\n  ${caret}^`
  }
}

/** `[python3, ${args}]` is what people write, and YAML takes the brace for a mapping. */
function unquotedMacro(text: string, brace: number): string | undefined {
  const macro = /^\$\{[^}\n]*\}/.exec(text.slice(brace - 1))?.[0]
  return macro === undefined ? undefined : `a macro in a list in brackets needs quotes: "${macro}"`
}
