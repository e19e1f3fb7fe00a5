import type * as TensorFlow from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { classification } from '../../src/models/classification.ts'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { namedOptimizer, optimizerNames, type OptimizerName } from '../../src/tensorflow/optimizers/named.ts'
import { fillWeights, rowsOf, writeExamples, type Examples } from './examples.ts'
import { onPortable, tf } from './native.ts'

const { layers } = tf
const classes = 4
const dense = (
  units: number,
  activation: 'relu' | 'tanh' | 'sigmoid' | 'elu' | 'selu' | 'softplus' | 'swish' | 'linear' = 'linear',
) => layers.dense({ units, activation })

type Architecture = readonly [
  name: string,
  shape: number[],
  model: (input: TensorFlow.SymbolicTensor) => TensorFlow.SymbolicTensor,
]

const stack =
  (...all: TensorFlow.layers.Layer[]) =>
  (input: TensorFlow.SymbolicTensor): TensorFlow.SymbolicTensor =>
    all.reduce((value, layer) => layer.apply(value) as TensorFlow.SymbolicTensor, input)

const architectures: readonly Architecture[] = [
  ['a dense layer alone', [6], (input) => stack(dense(classes))(input)],
  ['dense layers with relu', [6], (input) => stack(dense(8, 'relu'), dense(5, 'relu'), dense(classes))(input)],
  ['tanh and sigmoid', [6], (input) => stack(dense(8, 'tanh'), dense(5, 'sigmoid'), dense(classes))(input)],
  [
    'elu, selu and softplus',
    [6],
    (input) => stack(dense(8, 'elu'), dense(6, 'selu'), dense(5, 'softplus'), dense(classes))(input),
  ],
  ['swish', [6], (input) => stack(dense(8, 'swish'), dense(classes))(input)],
  [
    'convolutions and pooling',
    [8, 8, 1],
    (input) =>
      stack(
        layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 4, kernelSize: 2, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        dense(classes),
      )(input),
  ],
  [
    'a depthwise convolution',
    [6, 6, 2],
    (input) =>
      stack(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), layers.flatten(), dense(classes))(input),
  ],
  ['layer normalisation', [6], (input) => stack(dense(8, 'relu'), layers.layerNormalization(), dense(classes))(input)],
  ['batch normalisation', [6], (input) => stack(dense(8, 'relu'), layers.batchNormalization(), dense(classes))(input)],
  [
    'a residual sum',
    [6],
    (input) => {
      const inner = stack(dense(6, 'relu'))(input)
      return stack(dense(classes))(layers.add().apply([input, inner]) as TensorFlow.SymbolicTensor)
    },
  ],
  ['a GRU', [5, 3], (input) => stack(layers.gru({ units: 6 }), dense(classes))(input)],
]

/** Weights after `steps` steps, and the loss of each call. */
function train(examples: Examples, build: Architecture[2], shape: number[], optimizer: OptimizerName, steps: number) {
  const input = tf.input({ shape })
  const model = tf.model({ inputs: input, outputs: build(input) })
  fillWeights(tf, model)
  const step = compileStep(tf, {
    model,
    loss: classification(tf, model),
    optimizer: namedOptimizer({ optimizer, learning_rate: 0.01 }),
    columns: examples.columns,
    batchSize: 8,
    seed: 1,
    trainingRows: steps * 8 + 3,
    evaluationRows: [40],
    stepsPerCall: 7,
  })
  try {
    const calls = [...step.train(rowsOf(steps * 8 + 3, 40), 0)]
    const [evaluated] = [...step.evaluate(rowsOf(40, 40))]
    return { compiled: step.compiled, reason: step.reason, calls, weights: step.read().weights, evaluated }
  } finally {
    step.dispose()
    model.dispose()
  }
}

function expectClose(actual: readonly Float32Array[], expected: readonly Float32Array[], tolerance: number): void {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  const difference = Math.max(
    ...actual.flatMap((weight, i) => Array.from(weight, (value, j) => Math.abs(value - (expected[i]?.[j] ?? NaN)))),
  )
  expect(difference).toBeLessThan(tolerance)
}

test.each(architectures)(
  '%s: 50 compiled steps give the weights that the portable backend gives',
  async (_, shape, build) => {
    const examples = writeExamples(40, shape, classes)
    try {
      const compiled = train(examples, build, shape, 'adam', 50)
      const portable = await onPortable(() => train(examples, build, shape, 'adam', 50))
      expect(compiled.reason).toBeUndefined()
      expect(portable.compiled).toBe(false)
      expectClose(compiled.weights, portable.weights, 2e-3)
      expect(compiled.evaluated?.measures.loss).toBeCloseTo(portable.evaluated?.measures.loss ?? NaN, 3)
      expect(compiled.evaluated?.measures.accuracy).toBeCloseTo(portable.evaluated?.measures.accuracy ?? NaN, 5)
    } finally {
      examples.remove()
    }
  },
)

test.each(optimizerNames)(
  '%s: 50 compiled steps give the weights that the portable backend gives',
  async (optimizer) => {
    const examples = writeExamples(40, [6], classes)
    const build = stack(dense(8, 'tanh'), dense(classes))
    const again = () => stack(dense(8, 'tanh'), dense(classes))
    try {
      const compiled = train(examples, build, [6], optimizer, 50)
      const portable = await onPortable(() => train(examples, again(), [6], optimizer, 50))
      expectClose(compiled.weights, portable.weights, 1e-4)
    } finally {
      examples.remove()
    }
  },
)
