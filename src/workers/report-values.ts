import { messageOf } from '../errors.ts'
import { printable } from '../printable.ts'
import type { ReportNotice } from '../programs/stored-report.ts'
import { ReportError, shown } from './report-error.ts'

const longestName = 200
/** Besides `epoch`. */
const mostEntries = 10_000
const deepest = 10

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i
const notANumber = /^[-+]?nan$/i
const infinite = /^([-+]?)inf(?:inity)?$/i

/** The entries of one raw report, under flat names. */
export interface ReportValues {
  /** Undefined if the report has none that is a number. */
  readonly epoch: number | undefined
  /** Finite numbers. */
  readonly metrics: ReadonlyMap<string, number>
  /** NaN and infinities. */
  readonly notFinite: ReadonlyMap<string, number>
  readonly notices: readonly ReportNotice[]
}

/**
 * Reads each entry of a raw report once. Nested objects become dotted names (`train.loss`), numeric text becomes a
 * number, true and false become 1 and 0; a notice names every other entry, which is dropped.
 * @throws ReportError if it is no object, cannot be read at all or has too many entries
 */
export function readValues(given: unknown): ReportValues {
  if (typeof given !== 'object' || given === null) {
    throw new ReportError(
      'bad-report',
      `report(${shown(given)}): expected an object such as { epoch: 1, val_loss: 0.3 }`,
    )
  }
  return new Reading(given)
}

/** True if an object holds a number or numeric text, itself or nested: a line of JSON without one is log. */
export function holdsNumber(given: object): boolean {
  const pending: [value: unknown, depth: number][] = [[given, 0]]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const [value, depth] = entry
    if (isPlain(value)) {
      if (depth <= deepest) for (const each of Object.values(value)) pending.push([each, depth + 1])
    } else if (typeof value !== 'boolean' && numberOf(value) !== undefined) return true
  }
  return false
}

class Reading implements ReportValues {
  epoch: number | undefined
  readonly metrics = new Map<string, number>()
  readonly notFinite = new Map<string, number>()
  readonly notices: ReportNotice[] = []
  #entries = 0

  constructor(given: object) {
    let names
    try {
      names = Object.keys(given)
    } catch (error) {
      throw new ReportError('bad-report', `the report cannot be read: ${messageOf(error)}`)
    }
    if (names.includes('epoch')) this.#entries = -1
    this.#readAll(given, names, [])
  }

  #readAll(given: object, names: readonly string[], path: readonly string[]): void {
    this.#entries += names.length
    if (this.#entries > mostEntries) {
      throw new ReportError('bad-report', `a report: expected at most ${mostEntries} entries besides epoch, got more`)
    }
    for (const name of names) {
      const full = [...path, name].join('.')
      try {
        this.#read(full, (given as Record<string, unknown>)[name], [...path, name])
      } catch (error) {
        if (error instanceof ReportError) throw error
        this.#drop(full, `cannot be read: ${printable(messageOf(error))}`)
      }
    }
  }

  #read(name: string, value: unknown, path: readonly string[]): void {
    if (path.length === 1 && name === 'epoch') {
      const epoch = typeof value === 'boolean' ? undefined : numberOf(value)
      if (epoch !== undefined && Number.isFinite(epoch)) this.epoch = epoch
      else this.#drop(name, `expected a number, got ${shown(value)}`)
      return
    }
    if (isPlain(value)) {
      const names = Object.keys(value)
      if (names.length === 0) this.#drop(name, 'an object without entries')
      else if (path.length >= deepest) this.#drop(name, `nested more than ${deepest} deep`)
      else this.#readAll(value, names, path)
      return
    }
    const number = numberOf(value)
    const flaw = flawOf(name)
    if (flaw !== undefined) this.#drop(name, flaw)
    else if (number === undefined) this.#drop(name, shown(value))
    else this.#keep(name, number, value)
  }

  #keep(name: string, number: number, value: unknown): void {
    if (this.metrics.has(name) || this.notFinite.has(name)) this.notices.push({ kind: 'repeated', name, detail: '' })
    this.metrics.delete(name)
    this.notFinite.delete(name)
    if (Number.isFinite(number)) this.metrics.set(name, number)
    else this.notFinite.set(name, number)
    if (isRounded(value, number)) {
      this.notices.push({ kind: 'rounded', name, detail: `${String(value)} is stored as ${number}` })
    }
  }

  #drop(name: string, detail: string): void {
    this.notices.push({ kind: 'dropped', name: printable(name), detail })
  }
}

/** Names become columns, and rows that are found by them. */
function flawOf(name: string): string | undefined {
  if (name === '') return 'its name is empty'
  if (name.length > longestName) return `its name has more than ${longestName} characters`
  return /[\p{Cc}\p{Cs}]/u.test(name) ? 'its name has control characters' : undefined
}

/** Undefined if a value does not stand for a number. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (decimal.test(text)) return Number(text)
  if (notANumber.test(text)) return NaN
  const sign = infinite.exec(text)?.[1]
  return sign === undefined ? undefined : sign === '-' ? -Infinity : Infinity
}

/** True if a whole number is none of those that 64-bit floats have. */
function isRounded(value: unknown, number: number): boolean {
  if (typeof value !== 'bigint' && typeof value !== 'string') return false
  const text = String(value).trim()
  return Number.isFinite(number) && /^[-+]?\d{16,}$/.test(text) && BigInt(text.replace('+', '')) !== BigInt(number)
}

/** True for `{…}` and for objects without a prototype, of any thread or context. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
