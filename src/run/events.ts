import type { Progress, Report, Parameters } from '../programs/program.ts'
import type { TrialFailure, TrialOutcome } from '../workers/protocol.ts'

/** What a run tells whoever watches it: the terminal today, a page tomorrow. */
export interface RunObserver {
  started(header: RunHeader): void
  trialStarted(trial: RunningTrial): void
  trialProgress(trialId: number, progress: Progress): void
  trialReported(trialId: number, report: Report): void
  trialFinished(trialId: number, outcome: TrialOutcome): void
  /** It failed, and will be tried again. */
  trialPostponed(trialId: number, failure: TrialFailure): void
  /** One thing that is worth a permanent line: what a program printed, a warning. */
  note(text: string): void
  /** Called once, whatever way the run ends; restores the terminal. */
  finished(): void
}

export interface RunHeader {
  readonly sweep: string
  readonly trials: number
  /** Trials that earlier runs completed already. */
  readonly done: number
  readonly workers: number
  readonly coresPerTrial: number
  /** For people: `TensorFlow 2.21.0`, `portable JavaScript backend (slow): …`, a command; undefined for a module without. */
  readonly runtime: string | undefined
  /** For people: where the results go, `sqlite:swath.db`. */
  readonly store: string
  /** Estimated work of each trial still to run, in arbitrary units: what an honest time to go is made of. */
  readonly work: ReadonlyMap<number, number>
}

export interface RunningTrial {
  readonly id: number
  readonly worker: number
  /** The parameters that differ between trials of this sweep, for the trial's line. */
  readonly label: Parameters
  /** Metrics that the sweep file declares as objectives, in its order: what is said of a report begins with them. */
  readonly objectives: readonly string[]
}
