import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, test } from 'vitest'
import { modelCost } from '../../src/models/flops.ts'
import { lenet } from '../../src/models/lenet.ts'
import { mlp } from '../../src/models/mlp.ts'

tf.enableProdMode() // else tfjs advertises tfjs-node

afterEach(() => {
  tf.disposeVariables()
})

test.each([
  [[128], 101_770, 203_264],
  [[256], 203_530, 406_528],
  [[512], 407_050, 813_056],
  [[1024], 814_090, 1_626_112],
  [[512, 512], 669_706, 1_337_344],
  [[512, 512, 512], 932_362, 1_861_632],
  [[512, 256, 120, 84], 575_102, 1_148_240],
])('784-%j-10 has the parameters and FLOPs of the study', (hidden, parameterCount, flops) => {
  const model = mlp(tf, { inputs: 784, hidden, classes: 10, activation: 'relu', dropout: 0.1 })
  expect(modelCost(model)).toEqual({ parameterCount, flops })
})

test('LeNet-5 counts its second convolution on the map that the first pool has halved', () => {
  expect(modelCost(lenet(tf, { height: 28, width: 28, channels: 1, classes: 10, activation: 'tanh' }))).toEqual({
    parameterCount: 44_426,
    flops: 563_280,
  })
})

test('other layers count their products', () => {
  const { layers } = tf
  const cost = (inputShape: number[], layer: tf.layers.Layer) =>
    modelCost(tf.sequential({ layers: [layers.activation({ activation: 'relu', inputShape }), layer] })).flops
  expect(cost([8, 8, 3], layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }))).toBe(2 * 9 * 3 * 2 * 36)
  expect(cost([8, 8, 3], layers.separableConv2d({ kernelSize: 3, filters: 5 }))).toBe(2 * (9 * 3 + 3 * 5) * 36)
  expect(cost([8, 8, 3], layers.conv2dTranspose({ kernelSize: 2, filters: 5, strides: 2 }))).toBe(2 * 4 * 3 * 5 * 64)
  expect(cost([7, 4], layers.gru({ units: 5 }))).toBe(2 * (4 + 5) * 15 * 7)
  expect(cost([7, 4], layers.dense({ units: 5 }))).toBe(2 * 4 * 5 * 7)
  expect(cost([8, 8, 3], layers.batchNormalization())).toBe(0)
})

test('a model within a model counts', () => {
  const inner = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] })] })
  const outer = tf.sequential({ layers: [inner, tf.layers.dense({ units: 2 })] })
  expect(modelCost(outer)).toEqual({ parameterCount: 16 + 10, flops: 24 + 16 })
})
