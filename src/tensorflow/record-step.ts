import type * as TensorFlow from '@tensorflow/tfjs'
import type { NodeBackend } from './backend.ts'
import { isInteger, type ColumnType } from './columns.ts'
import { withUncheckedGather } from './gather.ts'
import { item } from './item.ts'
import type { Optimizer } from './optimizers/optimizer.ts'
import type { Program } from './program.ts'
import { drawsOfRecord, findRandomConstants, withRandom, type RandomConstant } from './randomness.ts'
import { record, type RecordedTensor, type Recording } from './record.ts'
import { rewrite } from './rewrites/rewrite.ts'
import { toBfloat16 } from './bfloat16.ts'
import type { Batch, LossFunction, Precision } from './training-step.ts'
import { weightsOf } from './weights.ts'

/** A recorded step of one batch size, made cheaper. */
export interface RecordedStep {
  readonly batchSize: number
  /** Results: the measures, the gradients, the new values of weights that the model sets itself. */
  readonly program: Program
  /** Names of the measures, the loss first. */
  readonly measures: readonly string[]
  /** Positions in `model.weights` of the weights that have a gradient. */
  readonly trained: readonly number[]
  /** Positions in `model.weights` of the weights that the model sets itself: the averages of batch normalisation. */
  readonly assigned: readonly number[]
  readonly random: readonly RandomConstant[]
  /** The program's inputs. */
  readonly weights: readonly number[]
  readonly columns: ReadonlyMap<string, number>
  /** Inputs that are bfloat16 copies of weights, by the weight's position. */
  readonly copies: ReadonlyMap<number, number>
  /** Results that are bfloat16. */
  readonly halfResults: ReadonlySet<number>
}

export interface RecordOptions {
  readonly tf: typeof TensorFlow
  readonly backend: NodeBackend
  readonly model: TensorFlow.LayersModel
  readonly loss: LossFunction
  readonly optimizer: Optimizer
  readonly columns: Readonly<Record<string, ColumnType>>
  readonly batchSize: number
  readonly training: boolean
  readonly precision?: Precision | undefined
}

/**
 * Records one step of a model at one batch size, twice, to find its random numbers. The model is left as it was.
 *
 * @throws NotRecordableError
 */
export function recordStep(options: RecordOptions): RecordedStep {
  const { tf, backend, model, columns, batchSize } = options
  const weights = weightsOf(model)
  const kept = weights.map((weight) => weight.clone())
  const batch: Batch = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, emptyBatch(tf, column, batchSize)]),
  )
  try {
    // Values that TensorFlow doesn't hold yet would be recorded as constants.
    const weightIds = backend.getInputTensorIds(weights)
    const columnIds = new Map(
      Object.keys(batch).map((name, i) => [name, backend.getInputTensorIds(Object.values(batch))[i] ?? -1]),
    )
    const inputs = [...describe(weights, weightIds), ...describe(Object.values(batch), [...columnIds.values()])]

    const once = (count: number) => {
      const draws = drawsOfRecord(count)
      const taken = withRandom(draws.next, () =>
        record(
          backend,
          inputs.map(({ id }) => id),
          () => withUncheckedGather(tf, backend, () => runStep(options, batch, weights)),
        ),
      )
      const assigned = backend.getInputTensorIds(weights).flatMap((id, i) => (id === weightIds[i] ? [] : [{ id, i }]))
      restore(weights, kept)
      return { ...taken, assigned, drawn: draws.drawn }
    }
    const first = once(0)
    const second = once(1)
    const random = findRandomConstants(tf, first.recording, second.recording, first.drawn)

    const { measures, measureIds, gradients } = first.result
    const results = [...measureIds, ...gradients.map(({ id }) => id), ...first.assigned.map(({ id }) => id)]
    const program = rewrite(programOf(first.recording, inputs, results))
    const trained = gradients.map(({ weight }) => weightIds[weight] ?? -1)
    const gradientIds = program.results.slice(measureIds.length, measureIds.length + gradients.length)
    const isHalf = options.precision === 'bfloat16' && options.training
    const half = isHalf ? toBfloat16(program, trained, gradientIds) : undefined
    return {
      batchSize,
      program: half?.program ?? program,
      copies: new Map([...(half?.copies ?? [])].map(([weight, copy]) => [weightIds.indexOf(weight), copy])),
      halfResults: half?.halfResults ?? new Set(),
      measures,
      trained: gradients.map(({ weight }) => weight),
      assigned: first.assigned.map(({ i }) => i),
      random,
      weights: weightIds,
      columns: columnIds,
    }
  } finally {
    restore(weights, kept)
    tf.dispose([kept, Object.values(batch)])
  }
}

interface StepResult {
  readonly measures: readonly string[]
  readonly measureIds: readonly number[]
  readonly gradients: readonly { readonly weight: number; readonly id: number }[]
}

function runStep(
  { tf, backend, model, loss, optimizer, training }: RecordOptions,
  batch: Batch,
  weights: TensorFlow.Variable[],
): StepResult {
  return tf.tidy(() => {
    let measures: string[] = []
    let measureIds: number[] = []
    const measure = (): TensorFlow.Scalar => {
      const { loss: value, ...others } = loss(batch, training)
      measures = ['loss', ...Object.keys(others)]
      measureIds = backend.getInputTensorIds([value, ...Object.values(others)])
      return value
    }
    if (!training) {
      measure()
      return { measures, measureIds, gradients: [] }
    }
    const trainable = weightsOf(model, true)
    const { grads } = tf.variableGrads(measure, trainable)
    const trained = trainable.filter(({ name }) => grads[name] !== undefined)
    const given = trained.map(({ name }) => grads[name]).filter((gradient) => gradient !== undefined)
    const adjusted = optimizer.adjust?.(tf, given) ?? given
    const ids = backend.getInputTensorIds(adjusted)
    const gradients = trained.map((variable, i) => ({ weight: weights.indexOf(variable), id: item(ids, i) }))
    return { measures, measureIds, gradients }
  })
}

function programOf(recording: Recording, inputs: readonly RecordedTensor[], results: readonly number[]): Program {
  return { ...recording, inputs, results }
}

function restore(weights: readonly TensorFlow.Variable[], kept: readonly TensorFlow.Tensor[]): void {
  weights.forEach((weight, i) => {
    const value = kept[i]
    if (value !== undefined && weight.dataId !== value.dataId) weight.assign(value)
  })
}

function emptyBatch(tf: typeof TensorFlow, column: ColumnType, batchSize: number): TensorFlow.Tensor {
  return tf.zeros([batchSize, ...column.shape.slice(1)], isInteger(column) ? 'int32' : 'float32')
}

function describe(tensors: readonly TensorFlow.Tensor[], ids: readonly number[]): RecordedTensor[] {
  return tensors.map(({ shape, dtype }, i) => ({ id: ids[i] ?? -1, shape, dtype: dtype === 'int32' ? 3 : 1 }))
}
