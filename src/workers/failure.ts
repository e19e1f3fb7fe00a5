import { messageOf } from '../errors.ts'
import { CommandError } from '../programs/command/failure.ts'
import type { TrialFailure } from './protocol.ts'
import { ReportError } from './report-check.ts'

/** What is kept of whatever ended a trial. */
export function failureOf(error: unknown): TrialFailure {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}
  if (error instanceof CommandError) return error.failure
  if (error instanceof ReportError) return { kind: error.kind, message: error.message }
  if (error instanceof Error && error.name === 'DivergedError') return { kind: 'diverged', message: error.message }
  return { kind: 'threw', message: messageOf(error), ...stack }
}
