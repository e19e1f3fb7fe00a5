import type { ProgressRow } from './schema.ts'

/** How many of a sweep's trials are in which state. */
export type TrialCounts = Pick<
  ProgressRow,
  'trials' | 'completed' | 'running' | 'queued' | 'failed' | 'cancelled' | 'stopped'
>

export function trialCounts({
  trials,
  completed,
  running,
  queued,
  failed,
  cancelled,
  stopped,
}: TrialCounts): TrialCounts {
  return { trials, completed, running, queued, failed, cancelled, stopped }
}

/** `waiting` has trials to train and nobody who trains them. */
export const sweepStates = ['running', 'waiting', 'ended'] as const
export type SweepState = (typeof sweepStates)[number]

/** @param isUnderWay whether a process runs it at present */
export function sweepState({ queued, running }: TrialCounts, isUnderWay: boolean): SweepState {
  return isUnderWay ? 'running' : queued + running > 0 ? 'waiting' : 'ended'
}
