import { createInterface } from 'node:readline'
import type { LayersModel } from '@tensorflow/tfjs'
import { imageColumns } from '../../src/datasets/columns.ts'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { classification } from '../../src/models/classification.ts'
import { modelCost } from '../../src/models/flops.ts'
import { initializeWeights } from '../../src/models/initialize.ts'
import { lenet } from '../../src/models/lenet.ts'
import { mlp } from '../../src/models/mlp.ts'
import { stepsWorthUnrolling } from '../../src/tensorflow/calls.ts'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { EagerStep } from '../../src/tensorflow/eager-step.ts'
import { prepareEnvironment } from '../../src/tensorflow/environment.ts'
import { loadTensorFlow } from '../../src/tensorflow/load.ts'
import { meansOf } from '../../src/tensorflow/means.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import { findRuntime } from '../../src/tensorflow/runtime.ts'
import { handwritten } from './handwritten.ts'
import type { Answer, Request } from './protocol.ts'
import { roofline } from './roofline.ts'
import { userModels } from './user-models.ts'

/** swath, and tfjs without it, as contestants: reads a request a line, answers with a line of JSON. */

prepareEnvironment(1)
const tf = await loadTensorFlow(findRuntime())
const dataset = await prepareDataset({ name: 'mnist' })
const rowsInMemory = 60_000

/** Trains so many steps. */
type Train = (steps: number) => Promise<void> | void

interface Ready {
  readonly train: Train
  accuracy?(): number | Promise<number>
  dispose(): void
}

function modelOf(name: string): LayersModel {
  const user = userModels[name]
  if (user !== undefined) return user(tf)
  const { height, width, channels, classes } = dataset
  const model =
    name === 'lenet'
      ? lenet(tf, { height, width, channels, classes, activation: 'tanh' })
      : mlp(tf, { inputs: 784, hidden: name.split('-').map(Number), classes, activation: 'relu', dropout: 0 })
  initializeWeights(tf, model, 'fan_in', 1)
  return model
}

/** A training step of swath's, in one of its ways. */
function swath({ variant, model: name, batch }: Request, trainingRows: number): Ready {
  const model = modelOf(name)
  const options = {
    ...{
      model,
      loss: classification(tf, model),
      optimizer: adam({ learningRate: 1e-3 }),
      columns: imageColumns(dataset),
    },
    ...{ batchSize: batch, seed: 1, trainingRows, evaluationRows: [10_000] },
    // A backward pass costs about two forward ones.
    stepsPerCall: stepsWorthUnrolling(10_000, 3 * batch * modelCost(model).flops),
    precision: variant === 'bfloat16' ? ('bfloat16' as const) : ('float32' as const),
  }
  const step = variant === 'op by op' ? new EagerStep(tf, options, '') : compileStep(tf, options)
  if (variant !== 'op by op' && !step.compiled) throw new Error(step.reason)
  let [taken, next] = [0, 0]
  return {
    train(steps) {
      for (let left = steps * batch; left > 0; left -= trainingRows) {
        const rows = Int32Array.from({ length: trainingRows }, () => (next = (next + 7919) % rowsInMemory))
        meansOf(step.train(rows, taken))
        taken += trainingRows / batch
      }
    },
    accuracy: () => meansOf(step.evaluate(Int32Array.from({ length: 10_000 }, (_, i) => 60_000 + i))).accuracy ?? NaN,
    dispose() {
      step.dispose()
      model.dispose()
    },
  }
}

/** No progress bar, which would cost time and stand among the answers. tfjs does not export the enum's names. */
const silent = { verbose: 0 } as const

/** tfjs as its users write it: `model.fit` with tensors in memory. */
async function fit({ model: name, batch }: Request): Promise<Ready> {
  const { readPixels, readLabels } = await import('../../src/datasets/rows.ts')
  const model = modelOf(name)
  const loss = (y: InstanceType<typeof tf.Tensor>, logits: InstanceType<typeof tf.Tensor>) =>
    tf.losses.softmaxCrossEntropy(y, logits)
  model.compile({ optimizer: tf.train.adam(1e-3), loss, metrics: ['accuracy'] })
  const x = tf.tidy(() =>
    tf
      .tensor2d(Float32Array.from(pixels), [rowsInMemory, 784])
      .mul(2 / 255)
      .sub(1),
  )
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat())
  return {
    async train(steps) {
      const count = Math.min(rowsInMemory, steps * batch)
      for (let left = steps * batch; left > 0; left -= count) {
        const part = tf.tidy(() => [x.slice([0, 0], [count, 784]), y.slice([0, 0], [count, 10])] as const)
        await model.fit(part[0], part[1], {
          batchSize: batch,
          epochs: 1,
          shuffle: false,
          yieldEvery: 'never',
          ...silent,
        })
        tf.dispose([...part])
      }
    },
    async accuracy() {
      const images = Float32Array.from(await readPixels(dataset, 60_000, 10_000), (value) => (value * 2) / 255 - 1)
      const truth = await readLabels(dataset, 60_000, 10_000)
      return tf.tidy(() => {
        const guesses = (model.predict(tf.tensor2d(images, [10_000, 784])) as InstanceType<typeof tf.Tensor>).argMax(-1)
        return guesses.equal(tf.tensor1d(truth, 'int32')).mean().dataSync()[0] ?? NaN
      })
    },
    dispose() {
      tf.dispose([x, y])
      model.dispose()
    },
  }
}

const { readPixels, readLabels } = await import('../../src/datasets/rows.ts')
const pixels = await readPixels(dataset, 0, rowsInMemory)
const labels = await readLabels(dataset, 0, rowsInMemory)

async function make(request: Request): Promise<Ready> {
  switch (request.variant) {
    case 'fit':
      return fit(request)
    case 'handwritten':
      return handwritten(tf, dataset, request)
    case 'roofline':
      return roofline(tf, request)
    default:
      // A quarter of a second is some calls of 32 steps, whatever the batch.
      return swath(request, 32 * request.batch)
  }
}

const known = new Map<string, Ready>()

async function answer(request: Request): Promise<Answer> {
  if (request.do === 'drop') {
    for (const ready of known.values()) ready.dispose()
    known.clear()
    return {}
  }
  if (request.do === 'accuracy') {
    const ready = request.variant === 'fit' ? await fit(request) : swath(request, 32 * request.batch)
    await ready.train(Math.floor(rowsInMemory / request.batch))
    const accuracy = await ready.accuracy?.()
    ready.dispose()
    return accuracy === undefined ? {} : { accuracy }
  }
  const key = [request.variant, request.model, request.batch].join()
  const ready = known.get(key) ?? (await make(request))
  known.set(key, ready)
  const steps = request.variant === 'fit' ? request.steps : Math.ceil(request.steps / 32) * 32
  const started = performance.now()
  await ready.train(steps)
  return { seconds: ((performance.now() - started) / 1000) * (request.steps / steps) }
}

for await (const line of createInterface(process.stdin)) {
  const result = await answer(JSON.parse(line) as Request).catch((error: unknown): Answer => ({ error: String(error) }))
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
process.exit(0)
