import { inspect } from 'node:util'

import { messageOf } from '../errors.ts'
import { printable } from '../printable.ts'
import type { Progress, Report } from '../programs/program.ts'

/** A report that cannot be kept. */
export class ReportError extends Error {
  readonly kind: 'diverged' | 'bad-report'

  constructor(kind: 'diverged' | 'bad-report', message: string) {
    super(message)
    this.kind = kind
  }
}

const longestName = 200
const mostMetrics = 10_000
const inspection = { depth: 0, customInspect: false, maxArrayLength: 3, maxStringLength: 20, breakLength: Infinity }

/**
 * A program is written by a user and often in JavaScript: what it reports is checked, not trusted. Reads each value once,
 * into a report that is plain data: what a getter, a proxy or a later change makes of the given one plays no part.
 * @throws ReportError
 */
export function checkReport(given: unknown, lastEpoch: number): Report {
  if (typeof given !== 'object' || given === null) {
    throw bad(`report(${shown(given)}): expected an object such as { epoch: 1, val_loss: 0.3 }`)
  }
  const epoch = read(given, 'epoch')
  if (typeof epoch !== 'number' || !Number.isSafeInteger(epoch) || epoch <= lastEpoch) {
    throw bad(`epoch: expected a whole number above ${lastEpoch}, got ${shown(epoch)}`)
  }
  const names = namesOf(given)
  if (names.length > mostMetrics) {
    throw bad(`the report of epoch ${epoch}: expected at most ${mostMetrics} metrics, got ${names.length}`)
  }
  const metrics = names.map((name): [string, number] => {
    refuseName(name, epoch)
    const value = read(given, name)
    const where = `${printable(name)} at epoch ${epoch}`
    if (typeof value !== 'number') throw bad(`${where}: expected a number, got ${shown(value)}`)
    if (Number.isFinite(value)) return [name, value]
    throw new ReportError('diverged', `diverged: ${printable(name)} is ${value} at epoch ${epoch}`)
  })
  return { epoch, ...Object.fromEntries(metrics) }
}

/** As {@link checkReport}; a loss may be NaN, which is what the eye should see. */
export function checkProgress(given: unknown): Progress {
  if (typeof given !== 'object' || given === null) {
    throw bad(`progress(${shown(given)}): expected { epoch, epochs, fraction }`)
  }
  const number = (name: keyof Progress) => {
    const value = read(given, name)
    if (typeof value === 'number') return value
    throw bad(`progress: ${name}: expected a number, got ${shown(value)}`)
  }
  const [epoch, epochs, fraction] = [number('epoch'), number('epochs'), number('fraction')]
  const others = (['imagesPerSecond', 'loss'] as const).filter((name) => read(given, name) !== undefined)
  return { epoch, epochs, fraction, ...Object.fromEntries(others.map((name) => [name, number(name)])) }
}

/** `epoch 3`, of a report that nobody has checked. */
export function epochOf(given: unknown): string {
  try {
    return `epoch ${shown((given as Report).epoch)}`
  } catch {
    return 'something'
  }
}

/** Names become columns, and rows that are found by them. */
function refuseName(name: string, epoch: number): void {
  if (name !== '' && name.length <= longestName && !/[\p{Cc}\p{Cs}]/u.test(name)) return
  throw bad(
    `a metric at epoch ${epoch}: expected a name of 1 to ${longestName} printable characters, got ` +
      (name === '' ? 'an empty one' : `"${printable(name)}"`),
  )
}

function namesOf(given: object): string[] {
  try {
    return Object.keys(given).filter((name) => name !== 'epoch')
  } catch (error) {
    throw bad(`the report cannot be read: ${messageOf(error)}`)
  }
}

function read(given: object, name: string): unknown {
  try {
    return (given as Record<string, unknown>)[name]
  } catch (error) {
    throw bad(`${printable(name)} cannot be read: ${messageOf(error)}`)
  }
}

function bad(message: string): ReportError {
  return new ReportError('bad-report', message)
}

/** Whatever it is, in a few words. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `the text "${printable(value)}"`
  try {
    return printable(inspect(value, inspection))
  } catch {
    return 'something that cannot be shown'
  }
}
