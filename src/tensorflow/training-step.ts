import type { Scalar, Tensor, LayersModel } from '@tensorflow/tfjs'
import type { Optimizer } from './optimizers/optimizer.ts'

/** A table of examples, in a file or in memory. */
export type Column = FileColumn | ValuesColumn

interface Table {
  /** `[rows, …shape of one row]`. */
  readonly shape: readonly number[]
  /** The rows' values become float32 and `value × multiply + add`. Without it int32 stays int32, uint8 becomes float32. */
  readonly scale?: { readonly multiply: number; readonly add: number }
}

/** Raw little-endian rows in a file; TensorFlow maps it, so all workers share one copy. */
export interface FileColumn extends Table {
  readonly path: string
  readonly dtype: 'uint8' | 'int32' | 'float32'
}

/** Rows in memory, which stay as they are while the step is in use. TensorFlow gets a copy of its own. */
export interface ValuesColumn extends Table {
  readonly values: Uint8Array | Int32Array | Float32Array
}

/** The rows of one batch, by column name: `[batch, …shape of one row]`. */
export type Batch<ColumnName extends string = string> = Readonly<Record<ColumnName, Tensor>>

/** The mean loss of a batch under `loss`, and whatever else is to be measured, each a mean over the batch. */
export type Measures<Measure extends string = string> = Readonly<Record<Measure, Scalar>> & { readonly loss: Scalar }

/** Computes the loss of a batch in plain tfjs. `training` turns dropout and the like on. */
export type LossFunction<ColumnName extends string = string, Measure extends string = string> = (
  batch: Batch<ColumnName>,
  training: boolean,
) => Measures<Measure>

/** What large matrix products are computed in while training; weights, their sums and evaluation are float32 in any case. */
export const precisions = ['float32', 'bfloat16'] as const
export type Precision = (typeof precisions)[number]

export interface StepOptions<ColumnName extends string = string, Measure extends string = string> {
  /** Its trainable weights are trained; they give the first values, and are not changed until {@link TrainingStep.updateModel}. */
  readonly model: LayersModel
  readonly loss: LossFunction<ColumnName, Measure>
  readonly optimizer: Optimizer
  readonly columns: Readonly<Record<ColumnName, Column>>
  readonly batchSize: number
  /** Default float32. */
  readonly precision?: Precision | undefined
  /** 32 bits: dropout and other random numbers follow from it and from the step's number alone. */
  readonly seed: number
  /** Numbers of examples that will be trained or evaluated at a time, so that the last, smaller batch has its graph. */
  readonly trainingRows: number
  readonly evaluationRows?: readonly number[]
  /** Steps of one call, which blocks the thread; changes no bit of the result. */
  readonly stepsPerCall?: number
}

/** What one call did: means over its examples. */
export interface CallResult<Measure extends string = string> {
  readonly steps: number
  readonly examples: number
  readonly measures: Readonly<Record<Measure, number>> & { readonly loss: number }
}

/** The weights, the optimizer's slots and nothing else: with the number of steps, all that training goes on from. */
export interface TrainingState {
  /** In the order of `model.weights`. */
  readonly weights: readonly Float32Array[]
  /** In the order of the trainable weights, all slots of the first, then of the second. */
  readonly slots: readonly Float32Array[]
}

/**
 * A model's training step, ready to run. Every item that the iterators yield is one blocking call, made when it is asked
 * for: nothing is trained that nobody iterates over.
 */
export interface TrainingStep<Measure extends string = string> {
  /** Whether it runs as a TensorFlow graph; otherwise tfjs trains op by op, and `reason` says why. */
  readonly compiled: boolean
  readonly reason: string | undefined
  /** Trains on these rows in this order. `stepsBefore`: how many steps the model has behind it. */
  train(rows: Int32Array, stepsBefore: number): Iterable<CallResult<Measure>>
  /** Measures these rows without training. */
  evaluate(rows: Int32Array): Iterable<CallResult<Measure>>
  read(): TrainingState
  write(state: TrainingState): void
  /** Copies the trained weights into the tfjs model. */
  updateModel(): void
  dispose(): void
}
