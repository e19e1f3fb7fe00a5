import type { TrialOutcome } from '../workers/protocol.ts'

/** What is written down of an outcome, apart from its checkpoints. */
export function endingOf(
  outcome: TrialOutcome,
  { isCancelled, attemptsLeft }: { readonly isCancelled: boolean; readonly attemptsLeft: number },
) {
  switch (outcome.status) {
    case 'completed':
      return { state: 'completed', weightsSha256: outcome.weightsSha256 } as const
    case 'stopped':
      return { state: 'stopped' } as const
    case 'cancelled':
      return { state: isCancelled ? 'cancelled' : 'queued' } as const
    case 'failed': {
      const { kind, message, stack, exitCode, signal } = outcome.failure
      // It would diverge again, and report again what it may not: the same seed gives the same bits.
      const isFinal = kind === 'diverged' || kind === 'bad-report' || attemptsLeft <= 0
      return {
        ...{ failed: true, error: message, exitCode, signal },
        state: isFinal ? ('failed' as const) : ('queued' as const),
        ...(stack === undefined ? {} : { stack }),
      } as const
    }
  }
}

/** Before an attempt that failed is followed by another: one second after the first, then twice as long, half a minute at most. */
export function backoffSeconds(failures: number): number {
  return Math.min(2 ** (failures - 1), 30)
}
