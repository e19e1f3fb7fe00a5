import type * as TensorFlow from '@tensorflow/tfjs'
import { expect, test } from 'vitest'

import { rewrite } from '../../../src/tensorflow/rewrites/rewrite.ts'
import { tf } from '../native.ts'
import { compute, random, recordProgram } from './programs.ts'

type Run = (x: TensorFlow.Tensor) => TensorFlow.Tensor

// TensorFlow infers the types that tfjs leaves out where it runs op by op; a graph has to have them.
test.each<[string, Run]>([
  ['expandDims', (x) => tf.expandDims(x, 1)],
  ['stack', (x) => tf.stack([x, x], 1)],
  ['unstack', (x) => tf.addN(tf.unstack(x))],
  ['tile', (x) => tf.tile(x, [2, 1])],
  ['gather', (x) => tf.gather(x, [1, 0])],
  ['gatherND', (x) => tf.gatherND(x, tf.tensor2d([[1, 1]], [1, 2], 'int32'))],
  ['scatterND', (x) => tf.scatterND(tf.tensor2d([[0], [2], [4], [6]], [4, 1], 'int32'), x, [8, 3])],
  ['oneHot', (x) => tf.oneHot(tf.cast(tf.abs(x), 'int32'), 3)],
  ['where', (x) => tf.where(tf.greater(x, 0), x, tf.zerosLike(x))],
  [
    'logic',
    (x) => tf.cast(tf.logicalOr(tf.logicalNot(tf.less(x, 0)), tf.logicalAnd(tf.less(x, 0), tf.equal(x, 0))), 'float32'),
  ],
  [
    'pad',
    (x) =>
      tf.pad(x, [
        [1, 1],
        [0, 2],
      ]),
  ],
  [
    'mirrorPad',
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 1],
          [0, 1],
        ],
        'reflect',
      ),
  ],
  ['concat', (x) => tf.concat([x, x], 0)],
  ['split', (x) => tf.addN(tf.split(x, 2))],
  ['slice', (x) => tf.slice(x, [1, 1], [2, 2])],
  ['stridedSlice', (x) => tf.stridedSlice(x, [0, 0], [4, 3], [2, 2])],
  ['reverse', (x) => tf.reverse(x, 1)],
  ['cumsum', (x) => tf.cumsum(x, 1)],
  ['cumprod', (x) => tf.cumprod(x, 1)],
  ['argMax', (x) => tf.cast(tf.argMax(x, 1), 'float32')],
  ['argMin', (x) => tf.cast(tf.argMin(x, 1), 'float32')],
  ['topk', (x) => tf.topk(x, 2).values],
  ['softmax', (x) => tf.softmax(x)],
  ['logSoftmax', (x) => tf.logSoftmax(x)],
  ['logSumExp', (x) => tf.logSumExp(x, 1)],
  ['norm', (x) => tf.norm(x, 2, 1)],
  ['moments', (x) => tf.moments(x, 0).variance],
  ['all, any', (x) => tf.cast(tf.logicalAnd(tf.any(tf.greater(x, 0), 0), tf.all(tf.less(x, 9), 0)), 'float32')],
  ['prod', (x) => tf.prod(x, 1)],
  ['min, max', (x) => tf.sub(tf.max(x, 1), tf.min(x, 1))],
  ['clip', (x) => tf.clipByValue(x, -0.5, 0.5)],
  ['prelu', (x) => tf.prelu(x, tf.scalar(0.1))],
  ['elu', (x) => tf.elu(x)],
  ['selu', (x) => tf.selu(x)],
  ['softplus', (x) => tf.softplus(x)],
  ['leakyRelu', (x) => tf.leakyRelu(x)],
  ['relu6', (x) => tf.relu6(x)],
  ['step', (x) => tf.step(x)],
  ['sign, round', (x) => tf.add(tf.sign(x), tf.round(x))],
  ['floor, ceil', (x) => tf.add(tf.floor(x), tf.ceil(x))],
  ['mod, floorDiv', (x) => tf.add(tf.mod(x, 0.3), tf.floorDiv(x, 0.3))],
  ['maximum, minimum', (x) => tf.sub(tf.maximum(x, 0.1), tf.minimum(x, 0.1))],
  ['pow, squaredDifference', (x) => tf.squaredDifference(tf.pow(x, 2), x)],
  ['erf', (x) => tf.erf(x)],
  [
    'trigonometry',
    (x) => tf.addN([tf.sin(x), tf.cos(x), tf.tan(x), tf.asin(x), tf.acos(x), tf.atan(x), tf.atan2(x, tf.add(x, 2))]),
  ],
  [
    'hyperbolic',
    (x) => tf.addN([tf.sinh(x), tf.cosh(x), tf.tanh(x), tf.asinh(x), tf.atanh(tf.div(x, 2)), tf.acosh(tf.add(x, 3))]),
  ],
  [
    'expm1, log1p, reciprocal, rsqrt',
    (x) => tf.addN([tf.expm1(x), tf.log1p(tf.abs(x)), tf.reciprocal(tf.add(x, 2)), tf.rsqrt(tf.add(x, 2))]),
  ],
  ['sigmoid, logSigmoid', (x) => tf.add(tf.sigmoid(x), tf.logSigmoid(x))],
  ['isNaN', (x) => tf.cast(tf.isNaN(x), 'float32')],
  ['einsum', (x) => tf.einsum('ij,kj->ik', x, x)],
  ['transpose', (x) => tf.transpose(x)],
  ['broadcastTo', (x) => tf.broadcastTo(x, [2, 4, 3])],
  ['fill', (x) => tf.add(x, tf.fill([4, 3], 2))],
  ['linspace, range', (x) => tf.add(tf.add(x, tf.linspace(0, 1, 3)), tf.range(0, 3))],
  ['eye', (x) => tf.matMul(x, tf.eye(3))],
  ['bincount', (x) => tf.add(x, tf.sum(tf.bincount(tf.tensor1d([1, 1, 2], 'int32'), tf.tensor1d([]), 3)))],
  ['l2 loss', (x) => tf.losses.cosineDistance(x, tf.ones([4, 3]), 1)],
  ['sigmoid loss', (x) => tf.losses.sigmoidCrossEntropy(tf.ones([4, 3]), x)],
  ['huber loss', (x) => tf.losses.huberLoss(tf.ones([4, 3]), x)],
  ['batchNorm', (x) => tf.batchNorm(x, tf.mean(x, 0), tf.moments(x, 0).variance)],
  ['localResponseNormalization', (x) => tf.localResponseNormalization(tf.reshape<TensorFlow.Rank.R4>(x, [1, 2, 2, 3]))],
  ['resizeBilinear', (x) => tf.image.resizeBilinear(tf.reshape<TensorFlow.Rank.R4>(x, [1, 2, 2, 3]), [4, 4])],
  [
    'resizeNearestNeighbor',
    (x) => tf.image.resizeNearestNeighbor(tf.reshape<TensorFlow.Rank.R4>(x, [1, 2, 2, 3]), [4, 4]),
  ],
  ['depthToSpace', (x) => tf.depthToSpace(tf.reshape(x, [1, 1, 1, 12]), 2)],
  [
    'batchToSpaceND',
    (x) =>
      tf.batchToSpaceND(
        tf.reshape(x, [4, 1, 1, 3]),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ],
  [
    'spaceToBatchND',
    (x) =>
      tf.spaceToBatchND(
        tf.reshape(x, [1, 2, 2, 3]),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ],
  ['maxPool', (x) => tf.maxPool(tf.reshape<TensorFlow.Rank.R4>(x, [1, 2, 2, 3]), 2, 1, 'same')],
  ['avgPool3d', (x) => tf.avgPool3d(tf.reshape<TensorFlow.Rank.R5>(x, [1, 2, 2, 3, 1]), 2, 1, 'same')],
  ['maxPool3d', (x) => tf.maxPool3d(tf.reshape<TensorFlow.Rank.R5>(x, [1, 2, 2, 3, 1]), 2, 1, 'same')],
  ['conv3d', (x) => tf.conv3d(tf.reshape<TensorFlow.Rank.R5>(x, [1, 2, 2, 3, 1]), tf.ones([2, 2, 2, 1, 2]), 1, 'same')],
  ['dilation2d', (x) => tf.dilation2d(tf.reshape<TensorFlow.Rank.R4>(x, [1, 2, 2, 3]), tf.ones([2, 2, 3]), 1, 'same')],
])('%s runs in a graph', (_, run) => {
  const input = random(4, 3)
  const program = rewrite(recordProgram([input], run))
  const expected = tf.tidy(() => Array.from(run(input).dataSync()))
  expect(compute(program, [input])).toEqual(expected.map((value) => expect.closeTo(value, 4) as number))
})
