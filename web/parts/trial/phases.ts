import type { TrialRecord } from '../../../src/figures/trial-record.ts'

/** Where a trial's time went, in seconds. */
export interface Phases {
  /** For a worker: before its first attempt, and between attempts. */
  readonly waiting: number
  /** Steps of training, as its epochs reported them (`epoch_seconds`). */
  readonly training: number
  /** Of its attempts what is left: starting, evaluation, checkpoints, epochs that were lost. */
  readonly rest: number
}

/** @param now in milliseconds: a trial that has not ended is timed until then */
export function phasesOf({ planned_at, attempts, metrics, state }: TrialRecord, now: number): Phases {
  let waiting = 0
  let working = 0
  let free = planned_at === null ? undefined : Date.parse(planned_at)
  for (const { started_at, finished_at } of attempts) {
    const [start, end] = [Date.parse(started_at), finished_at === null ? now : Date.parse(finished_at)]
    if (free !== undefined) waiting += Math.max(0, start - free)
    working += Math.max(0, end - start)
    free = end
  }
  if (state === 'queued' && free !== undefined) waiting += Math.max(0, now - free)
  const training = metrics.filter(({ name }) => name === 'epoch_seconds').reduce((total, { value }) => total + value, 0)
  return { waiting: waiting / 1000, training, rest: Math.max(0, working / 1000 - training) }
}
