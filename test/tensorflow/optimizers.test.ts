import type * as TensorFlow from '@tensorflow/tfjs'
import { afterAll, expect, test } from 'vitest'
import { classification } from '../../src/models/classification.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import { adamW } from '../../src/tensorflow/optimizers/adamw.ts'
import { clipped } from '../../src/tensorflow/optimizers/clipped.ts'
import type { Optimizer } from '../../src/tensorflow/optimizers/optimizer.ts'
import { momentum, sgd } from '../../src/tensorflow/optimizers/sgd.ts'
import type { LossFunction } from '../../src/tensorflow/training-step.ts'
import { writeExamples } from './examples.ts'
import { tf } from './native.ts'
import { expectAgreement, tableRows, trainThreeWays, type Experiment } from './three-ways.ts'

const classes = 4
const examples = writeExamples(tableRows, [6], classes)
afterAll(() => {
  examples.remove()
})

const learningRate = 0.01

function experiment(optimizer: Optimizer, kernelRegularizer?: 'l1l2'): Experiment {
  return () => {
    const regularized = kernelRegularizer === undefined ? {} : { kernelRegularizer }
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [6], ...regularized }),
        tf.layers.dense({ units: classes }),
      ],
    })
    const fit = classification(tf, model)
    const loss: LossFunction = (batch, training) => ({
      loss: model.calculateLosses().reduce((sum, penalty) => sum.add(penalty), fit(batch, training).loss),
    })
    return { model, loss, optimizer, columns: examples.columns }
  }
}

test.each<[string, Optimizer]>([
  ['SGD', sgd({ learningRate })],
  ['momentum', momentum({ learningRate, momentum: 0.8 })],
  ['Adam', adam({ learningRate })],
  ['AdamW', adamW({ learningRate, weightDecay: 0.1 })],
  ['SGD, clipped by value', clipped(sgd({ learningRate: 1 }), { value: 0.01 })],
  ['momentum, clipped by norm', clipped(momentum({ learningRate: 0.1 }), { norm: 0.1 })],
  ['Adam, clipped by both', clipped(adam({ learningRate }), { value: 0.05, norm: 0.1 })],
])('%s: a graph and op by op give the weights that the portable backend gives', async (_, optimizer) => {
  await expectAgreement(experiment(optimizer), 2e-4)
})

test('the penalties of regularizers, added in the loss function, count', async () => {
  await expectAgreement(experiment(sgd({ learningRate: 0.1 }), 'l1l2'), 2e-4)
  const [{ compiled: with_ }, { compiled: without }] = [
    await trainThreeWays(experiment(sgd({ learningRate: 0.1 }), 'l1l2')),
    await trainThreeWays(experiment(sgd({ learningRate: 0.1 }))),
  ]
  const size = (weights: readonly Float32Array[]) => Math.hypot(...(weights[0] ?? []))
  expect(size(with_.weights)).toBeLessThan(size(without.weights) * 0.9)
})

/** The gradients 3 and 4·ones, as clipping leaves them. */
function adjusted(optimizer: Optimizer): number[][] {
  return tf.tidy(() => {
    const gradients: TensorFlow.Tensor[] = [tf.tensor1d([3]), tf.tensor1d([0, -4])]
    return (optimizer.adjust?.(tf, gradients) ?? gradients).map((each) => Array.from(each.dataSync()))
  })
}

test('clipping scales all gradients to a norm, or cuts each number', () => {
  const plain = sgd({ learningRate })
  expect(adjusted(plain)).toEqual([[3], [0, -4]])
  expect(adjusted(clipped(plain, { norm: 10 }))).toEqual([[3], [0, -4]])
  expect(adjusted(clipped(plain, { norm: 1 })).flat()).toEqual(
    [0.6, 0, -0.8].map((each) => expect.closeTo(each, 6) as number),
  )
  expect(adjusted(clipped(plain, { value: 3.5 }))).toEqual([[3], [0, -3.5]])
  expect(adjusted(clipped(clipped(plain, { value: 3 }), { value: 1 }))).toEqual([[1], [0, -1]])
  expect(() => clipped(plain, { norm: 0 })).toThrow('norm: expected a number above 0, got 0')
})
