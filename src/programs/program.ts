import type * as TensorFlow from '@tensorflow/tfjs'

export type ParameterValue = string | number | boolean | null | readonly ParameterValue[]
export type Parameters = Readonly<Record<string, ParameterValue>>

/** The stored metrics of one epoch: finite numbers. */
export interface Report {
  /** Whole epochs trained so far: 1 after the first. */
  readonly epoch: number
  readonly [metric: string]: number
}

/**
 * What a program may report; docs/programs.md says how it becomes a {@link Report}. Numbers, also as text, are metrics;
 * nested objects become dotted names.
 */
export type RawReport = object

/** A metric of a report. Names such as `constructor` are metrics only where a report has them itself. */
export function reportedValue(report: Report, name: string): number | undefined {
  return Object.hasOwn(report, name) ? report[name] : undefined
}

/** How far an epoch is, for the live line; never stored. */
export interface Progress {
  /** The epoch under way, from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Share of this epoch that is done, 0 to 1. */
  readonly fraction: number
  readonly imagesPerSecond?: number
  readonly loss?: number
}

/** One run of a program. Everything that may change its result is in here. */
export interface Trial<P extends Parameters = Parameters> {
  readonly id: number
  readonly params: P
  /** 32 bits, from the sweep's seed and the point: all randomness of a trial must come from it. */
  readonly seed: number
  readonly dataset: DatasetFiles | undefined
  /** How many cores it has to itself, where that is known. */
  readonly cores?: number
  readonly signal: AbortSignal
  readonly tf: typeof TensorFlow
  /** What an earlier attempt left to go on from; undefined to begin at the beginning. */
  readonly resume: TrialResume | undefined
  /** A folder of the trial's own, the same in every attempt; made by whoever writes into it. */
  readonly folder: string
  /**
   * Resolves once the report is on disk, and the checkpoint too where one is due; `stop` asks the program to return.
   * A checkpoint is only asked for (as a function: only made) when the sweep's `checkpoint` setting wants one.
   */
  readonly report: (report: RawReport, options?: ReportOptions) => Promise<'continue' | 'stop'>
  readonly progress: (progress: Progress) => void
}

export interface ReportOptions {
  /** All that the next epoch depends on. */
  readonly checkpoint?: TrialCheckpoint | (() => TrialCheckpoint)
  /** Names that the report's text had more than once, and the report has no more. */
  readonly repeated?: readonly string[]
}

/** A trial after some epoch: what a later attempt trains on from, to the same bits. */
export interface TrialCheckpoint {
  /** Any number of arrays; of a program that has a `model`, its weights in their order. */
  readonly weights: readonly TensorFlow.TypedArray[]
  readonly optimizer?: OptimizerState
  /** Whatever else there is, as JSON: counters, the state of a random generator. */
  readonly state?: ParameterValue | Readonly<Record<string, ParameterValue>>
}

export interface TrialResume extends TrialCheckpoint {
  /** Whole epochs trained: the next report's epoch is one above. */
  readonly epoch: number
}

/** What a finished trial hands back. */
export interface TrialResult {
  /**
   * The trained weights in the order of the model's; their SHA-256 is the trial's `weights_sha256`. Of a program that has
   * a `model` they are kept with the trial, so that it can be evaluated, exported and trained on.
   */
  readonly weights?: readonly TensorFlow.TypedArray[]
  /** What training would go on from, besides the weights. */
  readonly optimizer?: OptimizerState
}

export interface OptimizerState {
  readonly name: string
  /** Steps taken so far. */
  readonly steps: number
  /** In the order of the trainable weights, all slots of the first, then of the second. */
  readonly slots: readonly Float32Array[]
}

/** What a trial can be: a built-in model, a module whose default export is `defineProgram({…})`, or a command. */
export interface TrialProgram<P extends Parameters = Parameters> {
  /** Throws an Error whose message names the parameter if `params` cannot be trained; called before anything is. */
  check?(params: P): void
  /**
   * The untrained model: its layers give the trial's FLOPs and parameter count, and a trial's kept weights become a model
   * again in it. `dataset` is what `trial.dataset` will be.
   */
  model?(tf: typeof TensorFlow, params: P, dataset: ImageShape | undefined): TensorFlow.LayersModel
  /** How `train` gives pixels to the model, each value × multiply + add; by default as the built-in programs, to ±1. */
  readonly pixelScale?: PixelScale
  train(trial: Trial<P>): Promise<TrialResult | undefined>
}

export interface PixelScale {
  readonly multiply: number
  readonly add: number
}

/** Declares a trial program; the types follow from the parameters. */
export function defineProgram<P extends Parameters>(program: TrialProgram<P>): TrialProgram<P> {
  return program
}

/** What a model has to know of the images that it is made for. */
export interface ImageShape {
  readonly height: number
  readonly width: number
  /** 1 for grey, 3 for colour. */
  readonly channels: number
  readonly classes: number
}

/**
 * A labelled image set, decoded into two raw files that TensorFlow maps: all workers share one copy in the page cache.
 * Training examples are the rows from 0, the test set those from `testStart`.
 */
export interface DatasetFiles extends ImageShape {
  readonly name: string
  /** In the order of the labels. */
  readonly classNames: readonly string[]
  /** Of the images before they were cropped. */
  readonly source: { readonly height: number; readonly width: number }
  /** The images are the centre so many pixels of those, in height and in width; undefined if nothing was cut off. */
  readonly crop?: number | undefined
  /** uint8, `[rows, height, width, channels]`. */
  readonly imagesPath: string
  /** int32, `[rows]`. */
  readonly labelsPath: string
  /** Training examples, validation among them. */
  readonly train: number
  readonly test: number
  /** The first test example's row: more than `train` where a limit leaves training examples out. */
  readonly testStart: number
}
