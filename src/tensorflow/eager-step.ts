import type * as TensorFlow from '@tensorflow/tfjs'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { randomStream } from '../random/stream.ts'
import { inMemory, isInteger } from './columns.ts'
import { item } from './item.ts'
import { withRandom } from './randomness.ts'
import { updatesFor } from './updates/updates-for.ts'
import type { Updates } from './updates/updates.ts'
import type { Batch, CallResult, Measures, StepOptions, TrainingState, TrainingStep } from './training-step.ts'
import { weightsOf } from './weights.ts'

/**
 * A training step that tfjs runs op by op, on any backend. A call is one step: calls of as many steps as fit into some
 * time would add up to other bits on a busy machine.
 */
export class EagerStep implements TrainingStep {
  readonly compiled = false
  readonly reason: string
  readonly #tf: typeof TensorFlow
  readonly #options: StepOptions
  readonly #tables: ReturnType<typeof inMemory>
  readonly #updates: Updates
  readonly #weights: readonly TensorFlow.Variable[]
  readonly #before: TensorFlow.Tensor[]

  constructor(tf: typeof TensorFlow, options: StepOptions, reason: string) {
    this.reason = reason
    this.#tf = tf
    this.#options = options
    this.#tables = inMemory(options.columns)
    this.#weights = weightsOf(options.model)
    this.#before = this.#weights.map((weight) => weight.clone())
    this.#updates = updatesFor(tf, options.optimizer)
  }

  *train(rows: Int32Array, stepsBefore: number): Generator<CallResult> {
    let step = stepsBefore
    yield* this.#calls(rows, this.#options.batchSize, (batch) => {
      step++
      const numbers = randomStream(this.#options.seed, `step ${step}`)
      return withRandom(
        () => uniformFloat64(numbers),
        () => this.#trainOn(batch, step),
      )
    })
  }

  *evaluate(rows: Int32Array): Generator<CallResult> {
    yield* this.#calls(rows, 1000, (batch) => valuesOf(this.#options.loss(batch, false)))
  }

  *#calls(
    rows: Int32Array,
    batchSize: number,
    run: (batch: Batch) => Readonly<Record<string, number>>,
  ): Generator<CallResult> {
    for (let from = 0; from < rows.length; from += batchSize) {
      const part = rows.slice(from, from + batchSize)
      const measures = this.#tf.tidy(() => run(this.#gather(part))) as CallResult['measures']
      yield { steps: 1, examples: part.length, measures }
    }
  }

  #trainOn(batch: Batch, step: number): Record<string, number> {
    const tf = this.#tf
    const { model, loss } = this.#options
    const trainable = weightsOf(model, true)
    let values: Record<string, number> = {}
    const { grads } = tf.variableGrads(() => {
      const measures = loss(batch, true)
      values = valuesOf(measures)
      return measures.loss
    }, trainable)
    const targets = trainable.flatMap((variable) => {
      const gradient = grads[variable.name]
      return gradient === undefined ? [] : [{ variable, gradient }]
    })
    this.#updates.apply(step, targets)
    return values
  }

  #gather(rows: Int32Array): Batch {
    const tf = this.#tf
    return Object.fromEntries(
      [...this.#tables].map(([name, table]) => {
        const [count = 0, ...shape] = table.shape
        const width = shape.reduce((size, length) => size * length, 1)
        const integer = isInteger(table)
        const batch = integer ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width)
        rows.forEach((row, i) => {
          if (row < 0 || row >= count) throw new RangeError(`rows[${i}] = ${row} is not in [0, ${count})`)
          batch.set(table.values.subarray(row * width, (row + 1) * width), i * width)
        })
        const tensor = tf.tensor(batch, [rows.length, ...shape], integer ? 'int32' : 'float32')
        const { scale } = table
        return [name, scale === undefined ? tensor : tensor.mul(scale.multiply).add(scale.add)]
      }),
    )
  }

  read(): TrainingState {
    const slots = this.#updates.read(weightsOf(this.#options.model, true))
    try {
      return { weights: this.#weights.map(floatsOf), slots: slots.map(floatsOf) }
    } finally {
      this.#tf.dispose(slots)
    }
  }

  write({ weights, slots }: TrainingState): void {
    const tf = this.#tf
    const { model, optimizer } = this.#options
    const trainable = weightsOf(model, true)
    const slotted = trainable.flatMap((variable) => Array<TensorFlow.Variable>(optimizer.slots).fill(variable))
    const [expected, got] = [this.#weights.length + slotted.length, weights.length + slots.length]
    if (got !== expected) throw new RangeError(`expected ${expected} arrays of weights and slots, got ${got}`)
    tf.tidy(() => {
      this.#weights.forEach((weight, i) => {
        weight.assign(tf.tensor(item(weights, i), weight.shape))
      })
      this.#updates.write(
        trainable,
        slotted.map(({ shape }, i) => tf.tensor(item(slots, i), shape)),
      )
    })
  }

  /** The model was trained itself. */
  updateModel(): void {
    this.#tf.dispose(this.#before.splice(0))
  }

  dispose(): void {
    // Whoever didn't ask for the trained weights gets the model back as it was.
    this.#before.forEach((value, i) => this.#weights[i]?.assign(value))
    this.#tf.dispose(this.#before.splice(0))
    this.#updates.dispose()
  }
}

/** A copy: the portable backend hands over the tensor's own memory. */
function floatsOf(tensor: TensorFlow.Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync())
}

function valuesOf(measures: Measures): Record<string, number> {
  return Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, value.dataSync()[0] ?? Number.NaN]))
}
