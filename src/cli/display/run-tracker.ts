import type { Progress, Report } from '../../programs/program.ts'
import { timeToGo } from '../../report/time-to-go.ts'
import type { RunHeader, RunningTrial } from '../../run/events.ts'
import type { TrialOutcome } from '../../workers/protocol.ts'

/** A trial under way, as far as it has been heard of. */
export interface TrackedTrial extends RunningTrial {
  readonly startedAt: number
  progress: Progress | undefined
  report: Report | undefined
}

/** Milliseconds. */
const estimateLifetime = 1000

/** Keeps what both displays say of a run. */
export class RunTracker {
  readonly header: RunHeader
  readonly running = new Map<number, TrackedTrial>()
  /** Trials of this run that ended, whatever way. */
  ended = 0
  failed = 0
  readonly #waiting: Map<number, number>
  readonly #totalWork: number
  #waitingWork: number
  #estimate: { readonly at: number; readonly seconds: number | undefined } | undefined
  #doneWork = 0
  #doneSeconds = 0

  constructor(header: RunHeader) {
    this.header = header
    this.#waiting = new Map(header.work)
    this.#totalWork = [...header.work.values()].reduce((sum, work) => sum + work, 0)
    this.#waitingWork = this.#totalWork
  }

  start(trial: RunningTrial, now: number): void {
    this.running.set(trial.id, { ...trial, startedAt: now, progress: undefined, report: undefined })
    if (this.#waiting.delete(trial.id)) this.#waitingWork -= this.#workOf(trial.id)
  }

  progress(trialId: number, progress: Progress): void {
    const trial = this.running.get(trialId)
    if (trial !== undefined) trial.progress = progress
  }

  report(trialId: number, report: Report): TrackedTrial | undefined {
    const trial = this.running.get(trialId)
    if (trial !== undefined) trial.report = report
    return trial
  }

  finish(trialId: number, outcome: TrialOutcome, now: number): TrackedTrial | undefined {
    const trial = this.running.get(trialId)
    if (trial === undefined) return undefined
    this.running.delete(trialId)
    if (outcome.status === 'cancelled') return trial
    this.ended++
    // A trial that failed says nothing about how long the others will take.
    if (outcome.status === 'failed') this.failed++
    else {
      this.#doneWork += this.#workOf(trialId)
      this.#doneSeconds += (now - trial.startedAt) / 1000
    }
    return trial
  }

  /** It is as it was before it started. */
  postpone(trialId: number): TrackedTrial | undefined {
    const trial = this.running.get(trialId)
    this.running.delete(trialId)
    this.#waiting.set(trialId, this.#workOf(trialId))
    this.#waitingWork += this.#workOf(trialId)
    return trial
  }

  get done(): number {
    return this.header.done + this.ended
  }

  /** Share of this run's work that is done, 0 to 1. */
  get fraction(): number {
    if (this.#totalWork === 0) return 1
    const left = [...this.running.values()].reduce(
      (sum, trial) => sum + this.#workOf(trial.id) * (1 - fractionOf(trial)),
      this.#waitingWork,
    )
    return Math.min(Math.max(1 - left / this.#totalWork, 0), 1)
  }

  /** At most a second old: dealing out 100,000 trials that wait takes longer than most of them. */
  secondsToGo(now: number): number | undefined {
    if (this.#estimate === undefined || now - this.#estimate.at >= estimateLifetime) {
      this.#estimate = { at: now, seconds: this.#freshSecondsToGo(now) }
    }
    return this.#estimate.seconds
  }

  #freshSecondsToGo(now: number): number | undefined {
    return timeToGo({
      doneWork: this.#doneWork,
      doneSeconds: this.#doneSeconds,
      running: [...this.running.values()].map((trial) => ({
        work: this.#workOf(trial.id),
        fraction: fractionOf(trial),
        seconds: (now - trial.startedAt) / 1000,
      })),
      waiting: [...this.#waiting.values()],
      workers: this.header.workers,
    })
  }

  #workOf(trialId: number): number {
    return this.header.work.get(trialId) ?? 1
  }
}

/** Share of a trial that is done, 0 to 1. */
export function fractionOf({ progress }: TrackedTrial): number {
  const done = progress === undefined ? 0 : (progress.epoch - 1 + progress.fraction) / progress.epochs
  // A program may say that it is at epoch 0 of 0, and no bar is less than empty.
  return done >= 0 ? Math.min(done, 1) : 0
}
