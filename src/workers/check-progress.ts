import { messageOf } from '../errors.ts'
import type { Progress } from '../programs/program.ts'
import { ReportError, shown } from './report-error.ts'

/** Checks what a program gives to `progress`. A loss may be NaN: it is shown, not stored. @throws ReportError */
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

/** Returns `epoch 3`, of a report that was not checked. */
export function epochOf(given: unknown): string {
  try {
    return `epoch ${shown((given as { readonly epoch: unknown }).epoch)}`
  } catch {
    return 'something'
  }
}

function read(given: object, name: string): unknown {
  try {
    return (given as Record<string, unknown>)[name]
  } catch (error) {
    throw bad(`${name} cannot be read: ${messageOf(error)}`)
  }
}

function bad(message: string): ReportError {
  return new ReportError('bad-report', message)
}
