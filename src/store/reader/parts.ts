import { SwathError } from '../../errors.ts'
import type { SqlValue } from '../store.ts'
import type { AnswerPart } from './protocol.ts'

/** Of an answer, by `sizeOf`: whoever asked holds all of it. */
const mostBytes = 2 ** 28
/** A message carries about so many bytes of rows. */
const partBytes = 2 ** 18
/** What a value takes besides its text. */
const valueBytes = 16

/** An answer on its way to who asked: its columns, then its rows, a message for some at a time. */
export class AnswerParts {
  readonly #limit: number
  readonly #send: (part: AnswerPart) => Promise<void>
  #rows: SqlValue[][] = []
  #count = 0
  #bytes = 0
  #sentBytes = 0
  #truncated = false

  constructor(limit: number, send: (part: AnswerPart) => Promise<void>) {
    this.#limit = limit
    this.#send = send
  }

  async columns(columns: readonly string[]): Promise<void> {
    await this.#send({ type: 'columns', columns })
  }

  /** False for a row that is more than was asked for. @throws SwathError('sql') for an answer that is too large */
  add(row: SqlValue[]): boolean {
    if (this.#count === this.#limit) {
      this.#truncated = true
      return false
    }
    this.#count++
    this.#rows.push(row)
    this.#bytes += sizeOf(row)
    if (this.#bytes > mostBytes) throw tooLarge()
    return true
  }

  /** So many rows are left of what was asked for, and one that shows that there are more. */
  get left(): number {
    return this.#limit + 1 - this.#count
  }

  /** Of a row so far, on average. */
  get rowBytes(): number {
    return this.#bytes / Math.max(1, this.#count)
  }

  /** True where `flush` is called for. */
  get isFull(): boolean {
    return this.#bytes - this.#sentBytes > partBytes
  }

  async flush(): Promise<void> {
    await this.#send({ type: 'rows', rows: this.#rows })
    this.#rows = []
    this.#sentBytes = this.#bytes
  }

  async end(): Promise<AnswerPart> {
    await this.flush()
    return { type: 'end', truncated: this.#truncated }
  }
}

/** A number wherever one can hold it. */
export function plainInteger(value: SqlValue): SqlValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function sizeOf(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => {
    return sum + valueBytes + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0)
  }, valueBytes)
}

function tooLarge(): SwathError {
  return new SwathError('sql', `the answer is larger than ${mostBytes / 2 ** 20} MB`, {
    hint: 'ask for fewer columns or rows, or for a part at a time: … order by … limit 100000 offset 0',
  })
}
