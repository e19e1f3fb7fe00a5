import { whyInexact } from '../exact-number.ts'
import type { Constraint, Expression } from './constraint.ts'

/** Where a constraint cannot be read, and why. */
export interface ConstraintMistake {
  /** Characters before it. */
  readonly offset: number
  readonly message: string
}

class Misread extends Error implements ConstraintMistake {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/**
 * Reads `expression comparison expression`: numbers, names (in `backticks` where they have a hyphen), + - * / and brackets;
 * <=, <, >=, > and ==. Returns what is wrong in place of what it cannot read.
 */
export function parseConstraint(text: string): Constraint | ConstraintMistake {
  try {
    return new Reader(text).constraint()
  } catch (error) {
    if (error instanceof Misread) return { offset: error.offset, message: error.message }
    throw error
  }
}

function exactly(number: string, offset: number): number {
  const why = whyInexact(number)
  if (why !== undefined) throw new Misread(offset, why)
  return Number(number)
}

const lexeme =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][\w.]*)|`([^`]+)`|(<=|>=|==|[<>+\-*/()]))/y

/** Deeper than this is no constraint that a person wrote. */
const deepest = 50

class Reader {
  readonly #text: string
  #offset = 0
  #depth = 0
  #next:
    { readonly offset: number; readonly number?: string; readonly name?: string; readonly sign?: string } | undefined

  constructor(text: string) {
    this.#text = text
    this.#step()
  }

  constraint(): Constraint {
    const left = this.#sum()
    const comparison = this.#takeComparison()
    const right = this.#sum()
    if (this.#next !== undefined) throw this.#unexpected('the end')
    return { text: this.#text, left, comparison, right }
  }

  #sum(): Expression {
    let left = this.#product()
    for (;;) {
      const operator = this.#next?.sign
      if (operator !== '+' && operator !== '-') return left
      this.#step()
      left = { kind: 'binary', operator, left, right: this.#product() }
    }
  }

  #product(): Expression {
    let left = this.#factor()
    for (;;) {
      const operator = this.#next?.sign
      if (operator !== '*' && operator !== '/') return left
      this.#step()
      left = { kind: 'binary', operator, left, right: this.#factor() }
    }
  }

  #factor(): Expression {
    const { number, name, sign, offset = 0 } = this.#next ?? {}
    if (number === undefined && name === undefined && sign !== '-' && sign !== '(')
      throw this.#unexpected('a number or a name')
    if (++this.#depth > deepest) throw new Misread(this.#next?.offset ?? 0, 'this is nested too deep')
    this.#step()
    let factor: Expression
    if (number !== undefined) factor = { kind: 'number', value: exactly(number, offset) }
    else if (name !== undefined) factor = { kind: 'name', name }
    else if (sign === '-') factor = { kind: 'negative', of: this.#factor() }
    else {
      factor = this.#sum()
      if (this.#next?.sign !== ')') throw this.#unexpected('")"')
      this.#step()
    }
    this.#depth--
    return factor
  }

  #takeComparison(): Constraint['comparison'] {
    const sign = this.#next?.sign
    if (sign !== '<=' && sign !== '<' && sign !== '>=' && sign !== '>' && sign !== '==') {
      throw this.#unexpected('<=, <, >=, > or ==')
    }
    this.#step()
    return sign
  }

  #step(): void {
    lexeme.lastIndex = this.#offset
    const match = lexeme.exec(this.#text)
    if (match === null) {
      const rest = this.#text.slice(this.#offset)
      if (rest.trim() !== '') {
        throw new Misread(
          this.#text.length - rest.trimStart().length,
          `cannot read ${JSON.stringify(rest.trim().slice(0, 20))}`,
        )
      }
      this.#next = undefined
      return
    }
    const [all, number, name, quoted, sign] = match
    const spoken = number ?? name ?? quoted ?? sign ?? ''
    const offset = this.#offset + all.length - spoken.length
    const its = name ?? quoted
    this.#offset += all.length
    this.#next = {
      offset,
      ...(number === undefined ? {} : { number }),
      ...(its === undefined ? {} : { name: its }),
      ...(sign === undefined ? {} : { sign }),
    }
  }

  #unexpected(wanted: string): Misread {
    if (this.#next === undefined) return new Misread(this.#text.trimEnd().length, `it ends where ${wanted} is expected`)
    const { offset, number, name, sign } = this.#next
    return new Misread(offset, `expected ${wanted}, got ${number ?? name ?? sign ?? ''}`)
  }
}
