import { isNode, LineCounter, parseDocument, isMap, isScalar, type Document, type Node } from 'yaml'

import { messageOf, SwathError } from '../errors.ts'

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

/** A YAML text that knows where everything in it stands. */
export class SweepSource {
  readonly path: string
  readonly text: string
  readonly #isTyped: boolean
  readonly #document: Document
  readonly #lines = new LineCounter()

  /**
   * Throws SwathError('sweep-file') with file:line:column if the text is not YAML.
   * @param isTyped true for a text that a command made of its options: mistakes then name the parameter alone
   */
  constructor(path: string, text: string, { isTyped = false } = {}) {
    this.path = path
    this.text = text
    this.#isTyped = isTyped
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const [error] = this.#document.errors
    if (error !== undefined) {
      const [offset] = error.pos
      const isTwice = error.code === 'DUPLICATE_KEY'
      const message = isTwice ? 'this key stands here twice' : (unquotedMacro(text, offset) ?? error.message)
      throw new SwathError('sweep-file', this.#at(offset, message))
    }
  }

  /** The value of the whole file, as plain data. Throws SwathError('sweep-file') for an alias of nothing. */
  value(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 100 })
    } catch (error) {
      throw new SwathError('sweep-file', `${this.path}: ${messageOf(error)}`, { cause: error })
    }
  }

  /** Puts a value at `path`; throws SwathError('sweep-file') if something that is no mapping is in its way. */
  set(path: Path, value: unknown): void {
    try {
      this.#document.setIn(path, this.#document.createNode(value))
    } catch (error) {
      throw this.error([{ path: path.slice(0, -1), message: `--set ${path.join('.')}: ${messageOf(error)}` }])
    }
  }

  error(mistakes: readonly Mistake[], hint?: string): SwathError {
    const shown = mistakes.slice(0, mistakesShown).map((mistake) => this.describe(mistake))
    if (mistakes.length > shown.length) shown.push(`… and ${mistakes.length - shown.length} more`)
    return new SwathError('sweep-file', shown.join('\n'), hint === undefined ? {} : { hint })
  }

  /** `file:line:column: message`, with the source line and a caret under it. */
  describe({ path, atKey = false, message }: Mistake): string {
    if (this.#isTyped) return `${path[0] === 'parameters' ? `${path[1] ?? 'parameters'}: ` : ''}${message}`
    const subject = path.length === 0 ? '' : `${path.map(String).join('.')}: `
    return this.#at(this.#offsetOf(path, atKey), subject + message)
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
    if (path.length === 0) return this.#document.contents ?? undefined
    const parent: unknown = this.#document.getIn(path.slice(0, -1), true)
    if (atKey && isMap(parent)) {
      const key: unknown = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1))?.key
      return isNode(key) ? key : undefined
    }
    const node: unknown = this.#document.getIn(path, true)
    return isNode(node) ? node : undefined
  }

  #at(offset: number | undefined, message: string): string {
    if (offset === undefined) return `${this.path}: (--set) ${message}`
    const { line, col } = this.#lines.linePos(offset)
    const source = this.text.split(/\r?\n/)[line - 1] ?? ''
    const gutter = `${line} | `
    const caret = `${' '.repeat(gutter.length + col - 1)}^`
    return `${this.path}:${line}:${col}: ${message}\n  ${gutter}${source}\n  ${caret}`
  }
}

/** `[python3, ${args}]` is what people write, and YAML takes the brace for a mapping. */
function unquotedMacro(text: string, brace: number): string | undefined {
  const macro = /^\$\{[^}\n]*\}/.exec(text.slice(brace - 1))?.[0]
  return macro === undefined ? undefined : `a macro in a list in brackets needs quotes: "${macro}"`
}
