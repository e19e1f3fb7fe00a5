/** What is known of a run at one moment. Work is in any unit, as long as it is the same for all trials. */
export interface RunState {
  /** Work that this run has finished, and how long its trials took together, in seconds of one worker. */
  readonly doneWork: number
  readonly doneSeconds: number
  /** Trials under way: their work, the share of it that is done, and how long they have been at it. */
  readonly running: readonly { readonly work: number; readonly fraction: number; readonly seconds: number }[]
  /** Work of the trials that wait, in the order in which they will start. */
  readonly waiting: readonly number[]
  readonly workers: number
}

/** Below this there is nothing to go by: a trial's first moments are spent on loading. */
const leastSeconds = 1

/**
 * Seconds until the last trial ends: the work done so far gives a rate, and the trials that wait are dealt out, each to
 * the worker that will be free first, as the queue does. Undefined while nothing is known.
 */
export function timeToGo({ doneWork, doneSeconds, running, waiting, workers }: RunState): number | undefined {
  const work = running.reduce((sum, trial) => sum + trial.work * trial.fraction, doneWork)
  const seconds = running.reduce((sum, trial) => sum + trial.seconds, doneSeconds)
  if (work <= 0 || seconds < leastSeconds) return undefined
  const secondsPerWork = seconds / work

  const freeAt = running.map((trial) => trial.work * (1 - trial.fraction) * secondsPerWork)
  while (freeAt.length < workers) freeAt.push(0)
  for (const trial of waiting) {
    const first = freeAt.indexOf(Math.min(...freeAt))
    freeAt[first] = (freeAt[first] ?? 0) + trial * secondsPerWork
  }
  return Math.max(...freeAt)
}
