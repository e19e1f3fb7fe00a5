import type { Report } from '../programs/program.ts'

/** A report that cannot be kept. */
export class ReportError extends Error {
  readonly kind: 'diverged' | 'bad-report'

  constructor(kind: 'diverged' | 'bad-report', message: string) {
    super(message)
    this.kind = kind
  }
}

/** A program is written by a user and often in JavaScript: what it reports is checked, not trusted. */
export function checkReport(report: Report, lastEpoch: number): void {
  const given: unknown = report
  if (typeof given !== 'object' || given === null) {
    throw new ReportError(
      'bad-report',
      `report(${String(given)}): expected an object such as { epoch: 1, val_loss: 0.3 }`,
    )
  }
  const { epoch, ...metrics } = given as Record<string, unknown>
  if (typeof epoch !== 'number' || !Number.isInteger(epoch) || epoch <= lastEpoch) {
    throw new ReportError('bad-report', `epoch: expected a whole number above ${lastEpoch}, got ${show(epoch)}`)
  }
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value !== 'number') {
      throw new ReportError('bad-report', `${name} at epoch ${epoch}: expected a number, got ${show(value)}`)
    }
    if (!Number.isFinite(value)) throw new ReportError('diverged', `diverged: ${name} is ${value} at epoch ${epoch}`)
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `the text "${value}"` : String(value)
}
