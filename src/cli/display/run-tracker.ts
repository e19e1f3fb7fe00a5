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

/** Keeps what both displays say of a run. */
export class RunTracker {
  readonly header: RunHeader
  readonly running = new Map<number, TrackedTrial>()
  /** Trials of this run that ended, whatever way. */
  ended = 0
  readonly #waiting: Map<number, number>
  #doneWork = 0
  #doneSeconds = 0

  constructor(header: RunHeader) {
    this.header = header
    this.#waiting = new Map(header.work)
  }

  start(trial: RunningTrial, now: number): void {
    this.running.set(trial.id, { ...trial, startedAt: now, progress: undefined, report: undefined })
    this.#waiting.delete(trial.id)
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
    if (outcome.status !== 'failed') {
      this.#doneWork += this.#workOf(trialId)
      this.#doneSeconds += (now - trial.startedAt) / 1000
    }
    return trial
  }

  get done(): number {
    return this.header.done + this.ended
  }

  /** Share of this run's work that is done, 0 to 1. */
  get fraction(): number {
    const total = [...this.header.work.values()].reduce((sum, work) => sum + work, 0)
    const under = [...this.running.values()].reduce((sum, trial) => sum + this.#workOf(trial.id) * fractionOf(trial), 0)
    const left = [...this.#waiting.values(), ...[...this.running.keys()].map((id) => this.#workOf(id))]
    return total === 0 ? 1 : (total - left.reduce((sum, work) => sum + work, 0) + under) / total
  }

  secondsToGo(now: number): number | undefined {
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
  return progress === undefined ? 0 : Math.min((progress.epoch - 1 + progress.fraction) / progress.epochs, 1)
}
