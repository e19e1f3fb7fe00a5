import type * as TensorFlow from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { classification } from '../../src/models/classification.ts'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { crossEntropy } from '../../src/tensorflow/losses.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import type { LossFunction } from '../../src/tensorflow/training-step.ts'
import { rowsOf, writeExamples } from './examples.ts'
import { tf } from './native.ts'
import { expectAgreement, stack, tableRows } from './three-ways.ts'

const { layers } = tf
const classes = 4
const words = 9
const optimizer = adam({ learningRate: 0.01 })

type Activation = 'relu' | 'tanh' | 'sigmoid' | 'elu' | 'selu' | 'softplus' | 'softsign' | 'swish' | 'linear'
const dense = (units: number, activation: Activation = 'linear') => layers.dense({ units, activation })
const head = () => dense(classes)

type Network = (input: TensorFlow.SymbolicTensor) => TensorFlow.SymbolicTensor

/** Each is a network from inputs of a shape to logits. */
const networks: Readonly<Record<string, readonly [shape: number[], network: Network]>> = {
  'a dense layer alone': [[6], (input) => stack(head())(input)],
  'dense layers with relu': [[6], (input) => stack(dense(8, 'relu'), dense(5, 'relu'), head())(input)],
  'tanh and sigmoid': [[6], (input) => stack(dense(8, 'tanh'), dense(5, 'sigmoid'), head())(input)],
  'elu, selu and softplus': [
    [6],
    (input) => stack(dense(8, 'elu'), dense(6, 'selu'), dense(5, 'softplus'), head())(input),
  ],
  'swish and softsign': [[6], (input) => stack(dense(8, 'swish'), dense(6, 'softsign'), head())(input)],
  'leaky and parametric relu': [
    [6],
    (input) => stack(dense(8), layers.leakyReLU(), dense(6), layers.prelu(), head())(input),
  ],
  'convolutions with average and maximum pooling': [
    [8, 8, 1],
    (input) =>
      stack(
        layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 4, kernelSize: 2, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        head(),
      )(input),
  ],
  'padding, strides and pooling over everything': [
    [9, 9, 2],
    (input) =>
      stack(
        layers.zeroPadding2d({ padding: 1 }),
        layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
        layers.globalAveragePooling2d({}),
        head(),
      )(input),
  ],
  'a convolution in one dimension': [
    [9, 2],
    (input) =>
      stack(
        layers.conv1d({ filters: 3, kernelSize: 3, activation: 'relu' }),
        layers.globalMaxPooling1d(),
        head(),
      )(input),
  ],
  'a depthwise convolution': [
    [6, 6, 2],
    (input) => stack(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), layers.flatten(), head())(input),
  ],
  'a separable convolution': [
    [6, 6, 2],
    (input) => stack(layers.separableConv2d({ filters: 3, kernelSize: 3 }), layers.flatten(), head())(input),
  ],
  'a transposed convolution': [
    [4, 4, 2],
    (input) => stack(layers.conv2dTranspose({ filters: 2, kernelSize: 3 }), layers.flatten(), head())(input),
  ],
  'layer normalisation': [[6], (input) => stack(dense(8, 'relu'), layers.layerNormalization(), head())(input)],
  'batch normalisation': [[6], (input) => stack(dense(8, 'relu'), layers.batchNormalization(), head())(input)],
  'batch normalisation of convolutions': [
    [6, 6, 2],
    (input) =>
      stack(
        layers.conv2d({ filters: 3, kernelSize: 3, useBias: false }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.flatten(),
        head(),
      )(input),
  ],
  'a residual sum': [
    [6],
    (input) => {
      const inner = stack(dense(6, 'relu'))(input)
      return stack(head())(layers.add().apply([input, inner]) as TensorFlow.SymbolicTensor)
    },
  ],
  'two branches side by side': [
    [6],
    (input) => {
      const branches = [stack(dense(3, 'tanh'))(input), stack(dense(4, 'relu'))(input)]
      return stack(head())(layers.concatenate().apply(branches) as TensorFlow.SymbolicTensor)
    },
  ],
  'a simple recurrent layer': [[5, 3], (input) => stack(layers.simpleRNN({ units: 6 }), head())(input)],
  'a GRU': [[5, 3], (input) => stack(layers.gru({ units: 6 }), head())(input)],
  'an LSTM': [[5, 3], (input) => stack(layers.lstm({ units: 6 }), head())(input)],
  'an LSTM in both directions': [
    [4, 3],
    (input) => stack(layers.bidirectional({ layer: layers.lstm({ units: 3 }) }), head())(input),
  ],
}

test.each(Object.entries(networks))(
  '%s: a graph and op by op give the weights that the portable backend gives',
  async (_, [shape, network]) => {
    const examples = writeExamples(tableRows, shape, classes)
    try {
      await expectAgreement(() => {
        const input = tf.input({ shape })
        const model = tf.model({ inputs: input, outputs: network(input) })
        return { model, loss: classification(tf, model), optimizer, columns: examples.columns }
      })
    } finally {
      examples.remove()
    }
  },
)

test('an embedding of whole numbers', async () => {
  const examples = writeExamples(tableRows, [5], classes, words)
  try {
    await expectAgreement(() => {
      const input = tf.input({ shape: [5], dtype: 'int32' })
      const outputs = stack(
        layers.embedding({ inputDim: words, outputDim: 3 }),
        layers.gru({ units: 4 }),
        head(),
      )(input)
      const model = tf.model({ inputs: input, outputs })
      return { model, loss: classification(tf, model), optimizer, columns: examples.columns }
    })
  } finally {
    examples.remove()
  }
})

test('two outputs whose losses are summed, with a weight', async () => {
  const examples = writeExamples(tableRows, [6], classes)
  try {
    await expectAgreement(() => {
      const input = tf.input({ shape: [6] })
      const shared = stack(dense(8, 'tanh'))(input)
      const model = tf.model({ inputs: input, outputs: [stack(head())(shared), stack(dense(6))(shared)] })
      const loss: LossFunction = ({ x, y }, training) => {
        if (x === undefined || y === undefined) throw new TypeError('expected columns x and y')
        const [logits, copy] = model.apply(x, { training }) as [TensorFlow.Tensor, TensorFlow.Tensor]
        const reconstruction = tf.losses.meanSquaredError(x, copy).asScalar()
        return { loss: crossEntropy(tf, y, logits).add(reconstruction.mul(0.5)), reconstruction }
      }
      return { model, loss, optimizer, columns: examples.columns }
    })
  } finally {
    examples.remove()
  }
})

test('an embedding refuses a number beyond its table, as op by op', () => {
  const examples = writeExamples(tableRows, [5], classes, words)
  const input = tf.input({ shape: [5], dtype: 'int32' })
  const outputs = stack(layers.embedding({ inputDim: 3, outputDim: 2 }), layers.flatten(), head())(input)
  const model = tf.model({ inputs: input, outputs })
  const loss = classification(tf, model)
  const step = compileStep(tf, {
    model,
    loss,
    optimizer,
    columns: examples.columns,
    batchSize: 8,
    seed: 1,
    trainingRows: 8,
  })
  try {
    expect(step.reason).toBeUndefined()
    expect(() => Array.from(step.train(rowsOf(8, tableRows), 0))).toThrow(/is not in \[0, 3\)/)
  } finally {
    step.dispose()
    model.dispose()
    examples.remove()
  }
})
