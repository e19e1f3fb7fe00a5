import type * as TensorFlow from '@tensorflow/tfjs'
import { imageColumns } from '../datasets/columns.ts'
import { readLabels, readPixels } from '../datasets/rows.ts'
import { splitDataset } from '../datasets/split.ts'
import { SwathError } from '../errors.ts'
import type { DatasetFiles, Parameters, TrialCheckpoint } from '../programs/program.ts'
import { randomStream, shuffle } from '../random/stream.ts'
import { compileStep } from '../tensorflow/compile-step.ts'
import { crossEntropy } from '../tensorflow/losses.ts'
import { meansOf } from '../tensorflow/means.ts'
import { namedOptimizer, optimizerNames } from '../tensorflow/optimizers/named.ts'
import type { Optimizer } from '../tensorflow/optimizers/optimizer.ts'
import type { LossFunction } from '../tensorflow/training-step.ts'
import type { OpenTrial } from './open-trial.ts'
import type { TrainedTrial } from './trained-trial.ts'

export interface RetrainOptions {
  /** As the data set's images are, an array a picture. */
  readonly pictures: readonly Uint8Array[]
  /** What is on all of them. */
  readonly label: number
  readonly steps: number
  /**
   * Also train on training examples, so that what the model knew stays (rehearsal; Robins, 1995). The pictures have a
   * small share of the loss: many steps then cure, where few would do harm.
   */
  readonly anchor: boolean
  /** Default: that of the trial. */
  readonly learningRate: number | undefined
}

/** Training examples in each anchored step. */
const replayBatch = 64

/**
 * The pictures' share of an anchored step's loss. On six mistakes of 784-512-10 (96.34 % of the test images right), all
 * of them cured after 30 steps: 0.5 left 95.12 %, 0.1 left 96.19 %, 0.05 left 96.34 %; one step without anchor 92.98 %.
 */
const picturesShare = 0.05

/** Steps that cure: without an anchor each further one does harm. */
export function usualSteps(anchor: boolean): number {
  return anchor ? 30 : 1
}

/**
 * Trains a classifier on from its checkpoint, with its optimizer's state, on some pictures. Its model is changed.
 *
 * @throws SwathError('artifact') if the checkpoint has no state of an optimizer that swath knows
 */
export async function retrain(
  tf: typeof TensorFlow,
  { classifier: { model, scale }, dataset }: OpenTrial,
  trained: TrainedTrial,
  options: RetrainOptions,
): Promise<TrialCheckpoint> {
  const { optimizer: state, weights } = trained.checkpoint
  const optimizer = optimizerOf(trained, options.learningRate)
  const { pictures, label, steps, anchor } = options
  const replay = anchor ? await replayOf(dataset, trained.trial.seed, steps * replayBatch) : none
  const inStep = (each: number) => Array.from({ length: anchor ? replayBatch : 0 }, (_, i) => each * replayBatch + i)
  const rows = Array.from({ length: steps }, (_, each) => [
    ...pictures.map((_, i) => i),
    ...inStep(each).map((i) => pictures.length + i),
  ])
  const { shape } = imageColumns(dataset).x
  const count = pictures.length + replay.labels.length
  const step = compileStep(tf, {
    model,
    loss: lossOf(tf, model, pictures.length, anchor),
    optimizer,
    columns: {
      x: { values: joined([...pictures, replay.pixels]), shape: [count, ...shape.slice(1)], scale },
      y: { values: Int32Array.from([...pictures.map(() => label), ...replay.labels]), shape: [count] },
    },
    batchSize: rows[0]?.length ?? 0,
    seed: trained.trial.seed,
    trainingRows: rows.flat().length,
  })
  try {
    const before = state?.steps ?? 0
    step.write({ weights: weights.map(({ values }) => values), slots: state?.slots ?? [] })
    meansOf(step.train(Int32Array.from(rows.flat()), before))
    const after = step.read()
    if (!after.weights.every((values) => values.every(Number.isFinite))) {
      throw new SwathError('usage', 'the weights are no longer finite', { hint: 'lower --learning-rate' })
    }
    step.updateModel()
    return { weights: after.weights, optimizer: { name: optimizer.name, steps: before + steps, slots: after.slots } }
  } finally {
    step.dispose()
  }
}

/** The optimizer that a trial was trained with. */
function optimizerOf({ trial, params, checkpoint }: TrainedTrial, learningRate: number | undefined): Optimizer {
  const name = optimizerNames.find((known) => known === checkpoint.optimizer?.name)
  if (name === undefined) {
    const message = `the checkpoint of trial ${trial.id} holds no state of an optimizer that swath knows`
    throw new SwathError('artifact', message, {
      hint: `its program has to return one of: ${optimizerNames.join(', ')}`,
    })
  }
  const number = (key: string, params: Parameters) => {
    const value = params[key]
    return typeof value === 'number' ? value : undefined
  }
  return namedOptimizer({
    optimizer: name,
    learning_rate: learningRate ?? number('learning_rate', params) ?? 1e-3,
    momentum: number('momentum', params),
    weight_decay: number('weight_decay', params),
  })
}

function lossOf(
  tf: typeof TensorFlow,
  model: TensorFlow.LayersModel,
  pictures: number,
  anchor: boolean,
): LossFunction<'x' | 'y', never> {
  return ({ x, y }, training) => {
    const logits = model.apply(x, { training }) as TensorFlow.Tensor2D
    if (!anchor) return { loss: crossEntropy(tf, y, logits) }
    const part = (from: number, length: number) =>
      crossEntropy(tf, y.slice([from], [length]), logits.slice([from, 0], [length, -1]))
    const [own, replayed] = [part(0, pictures), part(pictures, replayBatch)]
    return { loss: own.mul(picturesShare).add(replayed.mul(1 - picturesShare)) }
  }
}

interface Examples {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
}

const none: Examples = { pixels: new Uint8Array(0), labels: new Int32Array(0) }

/** So many training examples, chosen at random; the same ones always. */
async function replayOf(dataset: DatasetFiles, seed: number, count: number): Promise<Examples> {
  const order = shuffle(splitDataset(dataset).train, randomStream(seed, 'replay'))
  const rows = Array.from({ length: count }, (_, i) => order[i % order.length] ?? 0)
  const labels = await readLabels(dataset, 0, dataset.train)
  const pixels: Uint8Array[] = []
  for (const row of rows) pixels.push(await readPixels(dataset, row, 1))
  return { pixels: joined(pixels), labels: Int32Array.from(rows, (row) => labels[row] ?? 0) }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
