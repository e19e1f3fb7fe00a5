import type { MessagePort } from 'node:worker_threads'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { ModelCost } from '../models/cost.ts'
import type { DatasetFiles, ImageShape, Parameters, Progress } from '../programs/program.ts'
import type { ReportedEpoch, ReportNotice, StoredReport } from '../programs/stored-report.ts'

/** Everything that crosses the thread border is in this file. */

/** A built-in program by name, a module by absolute path, or a command. */
export type ProgramReference = { readonly builtin: string } | { readonly module: string } | CommandReference

export interface CommandReference {
  /** Its words; macros stand for what a trial or its environment decides. */
  readonly command: readonly string[]
  /** Where it is started: the sweep file's folder. */
  readonly folder: string
  /** The file whose text tells it from another, where there is one. */
  readonly script: string | null
  /** All files among its words, `script` first; undefined in a sweep that an older swath planned. */
  readonly sources?: readonly string[]
}

/** What a worker thread is started with. */
export interface WorkerSettings {
  /** The cores that it pins itself to; none means wherever the system likes. */
  readonly cores: readonly number[]
}

export type WorkerTask = DescribeTask | TrainTask

/** Checks points and counts their FLOPs without training them. */
export interface DescribeTask {
  readonly kind: 'describe'
  readonly program: ProgramReference
  readonly points: readonly PointToDescribe[]
}

export interface PointToDescribe {
  readonly params: Parameters
  readonly dataset: ImageShape | undefined
}

export interface TrainTask {
  readonly kind: 'train'
  readonly program: ProgramReference
  readonly trialId: number
  /** From 1. */
  readonly attempt: number
  readonly params: Parameters
  readonly seed: number
  readonly dataset: DatasetFiles | undefined
  /** Where checkpoints go, and after how many epochs one is due (0: never). */
  readonly checkpoint: { readonly location: string; readonly every: number }
  /** The checkpoint that it goes on from. */
  readonly resume: (StoredArtifact & { readonly epoch: number }) | undefined
  /** Metrics that have to be finite numbers: NaN in any other is stored as missing. */
  readonly watched: readonly string[]
  /** How earlier attempts have numbered their epochs, where the stored number is another. */
  readonly reportedEpochs: readonly ReportedEpoch[]
  /** For a thread that has none yet. */
  readonly connection: Connection | undefined
}

/** What joins a worker thread to the run, from its first trial on. */
export interface Connection {
  /** Carries TrialMail out and TrialCommand in. */
  readonly port: MessagePort
  /** How many of its messages were dealt with (`flow.ts`). */
  readonly flow: Int32Array<SharedArrayBuffer>
}

/** A message, and the trial that it comes from. */
export interface TrialMail {
  readonly trialId: number
  readonly message: TrialMessage
}

/** From the worker, while a trial trains and after. */
export type TrialMessage =
  /** All is loaded: from here on it trains. */
  | { readonly type: 'began' }
  /** With the checkpoint that was written for it: its row is to be on disk together with the report. */
  | (StoredReport & { readonly type: 'report'; readonly checkpoint: StoredArtifact | undefined })
  /** What was changed in its reports, or left out; before the report that it is about. */
  | { readonly type: 'notices'; readonly notices: readonly ReportNotice[] }
  | { readonly type: 'progress'; readonly progress: Progress }
  /** What the program printed. */
  | { readonly type: 'log'; readonly text: string }
  /** A checkpoint cannot be written yet: the trial waits. */
  | { readonly type: 'waiting'; readonly reason: string }
  /** Something went wrong with a trial that had ended: it counts for nothing but is worth knowing. */
  | { readonly type: 'late'; readonly trialId: number; readonly message: string }

/** To the worker. A report is acknowledged once it is on disk, in the order of the reports. */
export type TrialCommand =
  | { readonly type: 'acknowledge'; readonly trialId: number; readonly verdict: 'continue' | 'stop' }
  | { readonly type: 'cancel'; readonly trialId: number }

export interface TrialFailure {
  readonly kind: 'diverged' | 'threw' | 'bad-report' | 'crashed' | 'timeout'
  readonly message: string
  /** Where it happened: a stack, or the last lines that a command wrote to stderr. */
  readonly stack?: string
  /** Of a command. */
  readonly exitCode?: number
  readonly signal?: string
}

/** The trained model, where no report has brought it before. */
export type FinalCheckpoint = StoredArtifact & { readonly epoch: number }

/** Workers return outcomes, they do not throw them: an error class loses its name and fields at the border. */
export type TrialOutcome =
  | { readonly status: 'completed'; readonly weightsSha256: string | null; readonly checkpoint: FinalCheckpoint | null }
  /** With the reason, where one who knows the rule says it. */
  | { readonly status: 'stopped'; readonly checkpoint: FinalCheckpoint | null; readonly reason?: string | undefined }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly failure: TrialFailure }

/** What a train task returns. */
export interface TrainResult {
  /** `unconnected`: nothing was trained, because the thread is new and has no port to the main thread yet. */
  readonly outcome: TrialOutcome | { readonly status: 'unconnected' }
  /** True if another thread should train the next trial: only the end of this one frees what it holds. */
  readonly isThreadSpent: boolean
}

/** A point's cost (null where the program has no model), or why it cannot be trained. */
export type PointDescription = { readonly cost: ModelCost | null } | { readonly error: string }

/** What a describe task returns: an entry a point, or why the program itself is of no use. */
export type DescribeResult = { readonly points: readonly PointDescription[] } | { readonly programError: string }
