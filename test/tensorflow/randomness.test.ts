import type * as TensorFlow from '@tensorflow/tfjs'
import { afterAll, expect, test } from 'vitest'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { sgd } from '../../src/tensorflow/optimizers/sgd.ts'
import type { CallResult, StepOptions } from '../../src/tensorflow/training-step.ts'
import { rowsOf, writeExamples } from './examples.ts'
import { tf } from './native.ts'

const tableRows = 60
const examples = writeExamples(tableRows, [12], 3)
afterAll(() => {
  examples.remove()
})

const batchSize = 50
const steps = 100

/** Trains a model of one weight that changes nothing, and measures the mean and the spread of what `draw` gives. */
function measureDraws(draw: (x: TensorFlow.Tensor) => TensorFlow.Tensor, options: Partial<StepOptions> = {}) {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [12] })] })
  const step = compileStep(tf, {
    model,
    loss({ x }, training) {
      const drawn = draw(training && x !== undefined ? x : tf.zeros([1, 12]))
      const { mean, variance } = tf.moments(drawn)
      const nothing = (model.apply(x ?? []) as TensorFlow.Tensor).sum().mul(0)
      const [least, greatest] = [drawn.min(), drawn.max()]
      const measures = { loss: nothing, mean, deviation: variance.sqrt(), least, greatest }
      return measures as unknown as ReturnType<StepOptions['loss']>
    },
    optimizer: sgd({ learningRate: 0.1 }),
    columns: examples.columns,
    batchSize,
    seed: 1,
    trainingRows: steps * batchSize,
    stepsPerCall: 1,
    ...options,
  })
  return {
    reason: step.reason,
    train: (count = steps, before = 0): CallResult['measures'][] =>
      Array.from(step.train(rowsOf(count * batchSize, tableRows), before), ({ measures }) => measures),
    dispose() {
      step.dispose()
      model.dispose()
    },
  }
}

const meanOf = (results: readonly CallResult['measures'][], name: string) =>
  results.reduce((sum, measures) => sum + (measures[name] ?? NaN), 0) / results.length

test.each<
  [string, (x: TensorFlow.Tensor) => TensorFlow.Tensor, { mean: number; deviation: number; within?: [number, number] }]
>([
  [
    'the layer dropout',
    (x) => tf.layers.dropout({ rate: 0.25 }).apply(tf.onesLike(x), { training: true }) as TensorFlow.Tensor,
    // 0 or 1/0.75, of which the first is a quarter.
    { mean: 1, deviation: Math.sqrt(0.25 / 0.75), within: [0, 1 / 0.75 + 1e-6] },
  ],
  [
    'uniform numbers of another range',
    (x) => tf.randomUniform(x.shape, -3, 1),
    { mean: -1, deviation: 4 / Math.sqrt(12), within: [-3, 1] },
  ],
  ['normal numbers', (x) => tf.randomNormal(x.shape), { mean: 0, deviation: 1 }],
  ['normal numbers of a mean and a deviation', (x) => tf.randomNormal(x.shape, 5, 0.1), { mean: 5, deviation: 0.1 }],
  [
    'truncated normal numbers',
    (x) => tf.truncatedNormal(x.shape, 1, 2),
    { mean: 1, deviation: 2 * 0.8796, within: [-3, 5] },
  ],
  [
    'the layer gaussianNoise',
    (x) => tf.layers.gaussianNoise({ stddev: 0.3 }).apply(tf.zerosLike(x), { training: true }) as TensorFlow.Tensor,
    { mean: 0, deviation: 0.3 },
  ],
  [
    'the layer gaussianDropout',
    (x) => tf.layers.gaussianDropout({ rate: 0.2 }).apply(tf.onesLike(x), { training: true }) as TensorFlow.Tensor,
    { mean: 1, deviation: 0.5 },
  ],
])('%s: drawn afresh in each step of a graph, with the right mean and spread', (_, draw, expected) => {
  const drawing = measureDraws(draw)
  try {
    expect(drawing.reason).toBeUndefined()
    const results = drawing.train()
    expect(new Set(results.map(({ mean }) => mean)).size).toBeGreaterThan(steps / 4)
    expect(Math.abs(meanOf(results, 'mean') - expected.mean)).toBeLessThan(0.02 * expected.deviation)
    expect(meanOf(results, 'deviation') / expected.deviation).toBeCloseTo(1, 1.7)
    if (expected.within !== undefined) {
      for (const { least = NaN, greatest = NaN } of results) {
        expect(least).toBeGreaterThanOrEqual(expected.within[0])
        expect(greatest).toBeLessThanOrEqual(expected.within[1])
      }
    }
    // The same step draws the same numbers, whenever it runs.
    expect(drawing.train(10, 90)).toEqual(results.slice(90))
  } finally {
    drawing.dispose()
  }
})

test('two draws of one step differ, and all follow from the seed', () => {
  const two = (x: TensorFlow.Tensor) => tf.sub(tf.randomNormal(x.shape), tf.randomNormal(x.shape))
  const [first, again, other] = [1, 1, 2].map((seed) => {
    const drawing = measureDraws(two, { seed })
    const results = drawing.train(5)
    drawing.dispose()
    return results
  })
  expect(meanOf(first ?? [], 'deviation')).toBeCloseTo(Math.SQRT2, 1)
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

test.each<[string, (x: TensorFlow.Tensor) => TensorFlow.Tensor]>([
  ['gamma numbers', (x) => tf.randomGamma(x.shape, 2)],
  ['whole numbers', (x) => tf.randomUniform(x.shape, 0, 10, 'int32').toFloat()],
  ['single normal numbers', (x) => x.mul(tf.randomNormal([], 1, 0.1))],
])('%s are drawn op by op, with the reason', (_, draw) => {
  const drawing = measureDraws(draw)
  expect(drawing.reason).toMatch('random numbers that are neither uniform nor normal, or fewer than four at a time')
  expect(drawing.train(2)).toHaveLength(2)
  drawing.dispose()
})
