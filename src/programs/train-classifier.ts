import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LayersModel } from '@tensorflow/tfjs'
import { imageColumns } from '../datasets/columns.ts'
import { epochOrder, splitDataset } from '../datasets/split.ts'
import { classification } from '../models/classification.ts'
import { modelCost } from '../models/flops.ts'
import { stepsWorthUnrolling } from '../tensorflow/calls.ts'
import { compileStep } from '../tensorflow/compile-step.ts'
import type { Optimizer } from '../tensorflow/optimizers/optimizer.ts'
import type { CallResult, Precision, TrainingStep } from '../tensorflow/training-step.ts'
import { DivergedError } from './diverged.ts'
import type { Trial, TrialResult } from './program.ts'

export interface ClassifierTraining {
  /** Takes flat rows, gives logits; its weights are where training starts. */
  readonly model: LayersModel
  readonly optimizer: Optimizer
  /** Of the shuffles and of dropout. */
  readonly seed: number
  readonly batchSize: number
  readonly epochs: number
  readonly precision?: Precision
}

/** Milliseconds between two lines of progress, and between two looks at whether to stop. */
const turnInterval = 120

/**
 * Trains a classifier on a trial's data set. Reports after each epoch:
 * - `train_loss`, `train_accuracy`: over the epoch's batches, while the weights still change (as Keras shows them)
 * - `val_loss`, `val_accuracy`: on the validation tenth, after the epoch
 * - `epoch_seconds`, `images_per_second`: the epoch's training steps alone, without shuffling and evaluation
 * - `test_loss`, `test_accuracy`: after the last epoch only
 * Goes on from `trial.resume`: shuffles and dropout follow from the seed and the number of the epoch or step, so weights,
 * slots and steps are all that an epoch depends on.
 * Prints why, once, if the model is one that TensorFlow cannot train as a graph.
 *
 * @throws DivergedError when the loss is no longer finite, and the signal's reason when it aborts
 */
export async function trainClassifier(trial: Trial, training: ClassifierTraining): Promise<TrialResult> {
  const { dataset, tf } = trial
  const { model, optimizer, seed, batchSize, epochs, precision } = training
  if (dataset === undefined) throw new Error('dataset: expected a data set to train on, got none')
  const { train, validation, test } = splitDataset(dataset)
  const stepsPerEpoch = Math.ceil(train.length / batchSize)
  const step = compileStep(tf, {
    model,
    loss: classification(tf, model),
    optimizer,
    columns: imageColumns(dataset),
    batchSize,
    precision,
    seed,
    trainingRows: train.length,
    evaluationRows: [validation.length, test.length],
    // A backward pass costs about two forward ones.
    stepsPerCall: stepsWorthUnrolling(epochs * stepsPerEpoch, 3 * batchSize * modelCost(model).flops),
  })
  // Where TensorFlow is missing, the run has said so already.
  if (step.reason !== undefined && tf.getBackend() === 'tensorflow') console.warn(`trains op by op: ${step.reason}`)
  const { resume } = trial
  let steps = 0
  const checkpoint = () => {
    const { weights, slots } = step.read()
    return { weights, optimizer: { name: optimizer.name, steps, slots } }
  }
  try {
    if (resume !== undefined) {
      const { weights, optimizer: state } = resume
      step.write({ weights: weights.map((values) => Float32Array.from(values)), slots: state?.slots ?? [] })
      steps = state?.steps ?? 0
    }
    for (let epoch = (resume?.epoch ?? 0) + 1; epoch <= epochs; epoch++) {
      const order = epochOrder(train, seed, epoch)
      const trained = await trainEpoch(trial, step, order, { epoch, epochs, stepsBefore: steps })
      steps += stepsPerEpoch
      const validated = await evaluate(trial, step, validation)
      const tested = epoch === epochs ? await evaluate(trial, step, test) : undefined
      const verdict = await trial.report(
        {
          epoch,
          train_loss: trained.loss,
          train_accuracy: trained.accuracy,
          ...(validated && { val_loss: validated.loss, val_accuracy: validated.accuracy }),
          ...(tested && { test_loss: tested.loss, test_accuracy: tested.accuracy }),
          epoch_seconds: trained.seconds,
          images_per_second: train.length / trained.seconds,
        },
        { checkpoint },
      )
      if (verdict === 'stop') break
    }
    return checkpoint()
  } finally {
    step.dispose()
  }
}

async function trainEpoch(
  trial: Trial,
  step: TrainingStep,
  order: Int32Array,
  at: { readonly epoch: number; readonly epochs: number; readonly stepsBefore: number },
): Promise<Means & { readonly seconds: number }> {
  const { epoch, epochs } = at
  const means = new RunningMeans()
  let seconds = 0
  let lastProgress = performance.now()
  for (const call of timed(step.train(order, at.stepsBefore), (elapsed) => (seconds += elapsed))) {
    means.add(call)
    if (!Number.isFinite(call.measures.loss)) throw new DivergedError(epoch, call.measures.loss)
    if (performance.now() - lastProgress < turnInterval) continue
    lastProgress = performance.now()
    const fraction = means.examples / order.length
    trial.progress({ epoch, epochs, fraction, imagesPerSecond: means.examples / seconds, loss: call.measures.loss })
    await nextTurn()
    trial.signal.throwIfAborted()
  }
  return { ...means.value(), seconds }
}

async function evaluate(trial: Trial, step: TrainingStep, rows: Int32Array): Promise<Means | undefined> {
  if (rows.length === 0) return undefined
  const means = new RunningMeans()
  let lastTurn = -Infinity
  for (const call of step.evaluate(rows)) {
    means.add(call)
    if (performance.now() - lastTurn < turnInterval) continue
    await nextTurn()
    trial.signal.throwIfAborted()
    lastTurn = performance.now()
  }
  return means.value()
}

interface Means {
  readonly loss: number
  readonly accuracy: number
}

/** Means over examples, from means over calls. */
class RunningMeans {
  examples = 0
  #loss = 0
  #correct = 0

  add({ examples, measures }: CallResult): void {
    this.examples += examples
    this.#loss += measures.loss * examples
    // A count, which float32 gave back as a share.
    this.#correct += Math.round((measures.accuracy ?? 0) * examples)
  }

  value(): Means {
    return { loss: this.#loss / this.examples, accuracy: this.#correct / this.examples }
  }
}

/** Hands over the calls and adds up the seconds that they take themselves. */
function* timed(calls: Iterable<CallResult>, add: (seconds: number) => void): Generator<CallResult> {
  let started = performance.now()
  for (const call of calls) {
    add((performance.now() - started) / 1000)
    yield call
    started = performance.now()
  }
}
