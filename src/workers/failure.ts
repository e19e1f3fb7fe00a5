import { messageOf } from '../errors.ts'
import { CommandError } from '../programs/command/failure.ts'
import type { TrialFailure } from './protocol.ts'
import { ReportError } from './report-error.ts'

const longestMessage = 10_000
const longestStack = 50_000

/** What is kept of whatever ended a trial: plain texts, which any thrown thing need not have. */
export function failureOf(error: unknown): TrialFailure {
  const message = messageOf(error).slice(0, longestMessage)
  try {
    if (error instanceof CommandError) return error.failure
    if (error instanceof ReportError) return { kind: error.kind, message }
    if (!(error instanceof Error)) return { kind: 'threw', message }
    if (error.name === 'DivergedError') return { kind: 'diverged', message }
    const stack: unknown = error.stack
    return { kind: 'threw', message, ...(typeof stack === 'string' && { stack: stack.slice(0, longestStack) }) }
  } catch {
    // A getter or a proxy of the program's.
    return { kind: 'threw', message }
  }
}
