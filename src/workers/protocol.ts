import type { DatasetFiles, Parameters, Progress, Report } from '../programs/program.ts'
import type { ModelCost } from '../models/cost.ts'

/** Everything that crosses the thread border is in this file. */

/** A built-in program by name, or a module by absolute path. */
export type ProgramReference = { readonly builtin: string } | { readonly module: string }

export type WorkerTask = DescribeTask | TrainTask

/** Checks points and counts their FLOPs without training them. */
export interface DescribeTask {
  readonly kind: 'describe'
  readonly program: ProgramReference
  readonly points: readonly Parameters[]
}

export interface TrainTask {
  readonly kind: 'train'
  readonly program: ProgramReference
  readonly trialId: number
  readonly params: Parameters
  readonly seed: number
  readonly dataset: DatasetFiles | undefined
  /** The cores that this worker pins itself to; empty means wherever the system likes. */
  readonly cores: readonly number[]
}

/** From the worker while a trial trains, over the task's own port. */
export type TrialMessage =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'progress'; readonly progress: Progress }

/** To the worker: the report is on disk. */
export interface ReportAcknowledgement {
  readonly verdict: 'continue' | 'stop'
}

export interface TrialFailure {
  readonly kind: 'diverged' | 'threw' | 'bad-report' | 'crashed'
  readonly message: string
  readonly stack?: string
}

/** Workers return outcomes, they do not throw them: an error class loses its name and fields at the border. */
export type TrialOutcome =
  | { readonly status: 'completed'; readonly weightsSha256: string | null }
  | { readonly status: 'stopped' }
  | { readonly status: 'failed'; readonly failure: TrialFailure }

/** One entry a point: its cost (null where the program has no model), or why it cannot be trained. */
export type PointDescription = { readonly cost: ModelCost | null } | { readonly error: string }
