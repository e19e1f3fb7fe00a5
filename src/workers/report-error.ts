import { inspect } from 'node:util'

import { printable } from '../printable.ts'

/** A report that ends its trial. */
export class ReportError extends Error {
  readonly kind: 'diverged' | 'bad-report'

  constructor(kind: 'diverged' | 'bad-report', message: string) {
    super(message)
    this.kind = kind
  }
}

const inspection = { depth: 0, customInspect: false, maxArrayLength: 3, maxStringLength: 20, breakLength: Infinity }

/** Describes any value in a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `the text "${printable(value)}"`
  try {
    return printable(inspect(value, inspection))
  } catch {
    return 'something that cannot be shown'
  }
}
