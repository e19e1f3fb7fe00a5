import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type * as TensorFlow from '@tensorflow/tfjs'
import { afterAll, expect, test } from 'vitest'
import { classification } from '../../src/models/classification.ts'
import { CompiledStep, type CompiledStepOptions } from '../../src/tensorflow/compiled-step.ts'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { EagerStep } from '../../src/tensorflow/eager-step.ts'
import { adamW } from '../../src/tensorflow/optimizers/adamw.ts'
import { clipped } from '../../src/tensorflow/optimizers/clipped.ts'
import type { LossFunction, TrainingStep } from '../../src/tensorflow/training-step.ts'
import { rowsOf, writeExamples } from './examples.ts'
import { native, onPortable, tensorCounts, tf } from './native.ts'

const examples = writeExamples(60, [12], 3)
afterAll(() => {
  examples.remove()
})

function makeModel(): TensorFlow.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: 'relu', inputShape: [12] }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.gaussianNoise({ stddev: 0.1 }),
      tf.layers.dense({ units: 3 }),
    ],
  })
}

const epoch = rowsOf(402, 60)

/** A trial of three epochs; what there was of tensors after each. */
function trainOnce(make: (options: CompiledStepOptions) => TrainingStep) {
  const model = makeModel()
  const step = make({
    model,
    loss: classification(tf, model),
    optimizer: clipped(adamW({ learningRate: 0.01 }), { norm: 1 }),
    columns: examples.columns,
    batchSize: 4,
    seed: 1,
    trainingRows: epoch.length,
    evaluationRows: [60],
  })
  const counts = [0, 1, 2].map((trained) => {
    Array.from(step.train(epoch, trained * 101))
    Array.from(step.evaluate(rowsOf(60, 60)))
    step.write(step.read())
    return tensorCounts()
  })
  step.updateModel()
  step.dispose()
  model.dispose()
  return counts
}

const compiled = (options: CompiledStepOptions) => new CompiledStep(tf, native(), options)
const eager = (options: CompiledStepOptions) => new EagerStep(tf, options, 'for a test')

function onTensorFlow(run: () => void): Promise<void> {
  run()
  return Promise.resolve()
}

test.each([
  ['as a graph', compiled, onTensorFlow],
  ['op by op', eager, onTensorFlow],
  ['on the portable backend', eager, onPortable],
])('no tensor stays behind, from epoch to epoch and from trial to trial: %s', async (_, make, on) => {
  await on(() => {
    expectNoLeak(make)
  })
})

test('no tensor stays behind of a step that could not be recorded', () => {
  expectNoLeak((options) => {
    const loss: LossFunction = (batch, training) => {
      const measures = options.loss(batch, training)
      measures.loss.dataSync()
      return measures
    }
    const step = compileStep(tf, { ...options, loss })
    expect(step.reason).toMatch('reads values')
    return step
  })
})

function expectNoLeak(make: (options: CompiledStepOptions) => TrainingStep): void {
  // What tfjs keeps for good, it has after one trial.
  trainOnce(make)
  const before = tensorCounts()
  const [first, ...others] = trainOnce(make)
  for (const counts of others) expect(counts).toEqual(first)
  expect(tensorCounts()).toEqual(before)
}

test('no graph and no temporary file stays behind', () => {
  const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith('swath-graph-'))
  const before = ours()
  const graphs = native().binding.getNumOfSavedModels()
  trainOnce(compiled)
  expect(ours()).toEqual(before)
  expect(native().binding.getNumOfSavedModels()).toBe(graphs)
})
