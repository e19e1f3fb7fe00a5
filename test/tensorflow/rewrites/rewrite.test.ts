import type * as TensorFlow from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import type { Program } from '../../../src/tensorflow/program.ts'
import { activationGradient } from '../../../src/tensorflow/rewrites/activation-gradient.ts'
import { biasAdd, biasAddGradient } from '../../../src/tensorflow/rewrites/bias-add.ts'
import { expandDims } from '../../../src/tensorflow/rewrites/expand-dims.ts'
import { matMul } from '../../../src/tensorflow/rewrites/mat-mul.ts'
import { meanType } from '../../../src/tensorflow/rewrites/mean-type.ts'
import { needlessCast, needlessReshape } from '../../../src/tensorflow/rewrites/needless.ts'
import { rewrite, rules } from '../../../src/tensorflow/rewrites/rewrite.ts'
import type { Rule } from '../../../src/tensorflow/rewrites/rule.ts'
import { tf } from '../native.ts'
import { compute, random, recordProgram, type Run, type Tensors } from './programs.ts'

const ops = (program: Program): string[] => program.ops.map(({ op }) => op)

/** The program's ops after some rules; checks that it computes what it did. */
function rewritten(inputs: Tensors, run: Run, ...applied: readonly Rule[]): string[] {
  const program = recordProgram(inputs, run)
  const after = rewrite(program, applied)
  const expected = tf.tidy(() => Array.from(run(...(inputs as Parameters<Run>)).dataSync()))
  compute(after, inputs).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? NaN, 5)
  })
  return ops(after)
}

/** The gradient of the sum of f's squares: an incoming gradient that differs from place to place. */
const slope =
  (f: (x: TensorFlow.Tensor) => TensorFlow.Tensor) =>
  (x: TensorFlow.Tensor): TensorFlow.Tensor =>
    tf.grad((each) => tf.sum(tf.square(f(each))))(x)

test('a batched product of single matrices becomes a product, transposed or not', () => {
  const [a, b] = [random(4, 5), random(5, 3)]
  expect(rewritten([a, b], (x, y) => tf.matMul(x, y), matMul)).toEqual(['MatMul'])
  expect(rewritten([a, random(3, 5)], (x, y) => tf.matMul(x, y, false, true), matMul)).toEqual(['MatMul'])
  expect(rewritten([a, random(4, 3)], (x, y) => tf.matMul(x, y, true), matMul)).toEqual(['MatMul'])
  expect(rewritten([random(1, 4, 5), random(1, 5, 3)], (x, y) => tf.matMul(x, y), matMul)).toContain('MatMul')
})

test('a product of many matrices stays', () => {
  const [a, b] = [random(2, 4, 5), random(2, 5, 3)]
  expect(rewritten([a, b], (x, y) => tf.matMul(x, y), matMul)).toEqual(['BatchMatMulV2'])
})

test('adding a vector to the last axis becomes BiasAdd; other sums stay', () => {
  const [a, bias] = [random(4, 3), random(3)]
  expect(rewritten([a, bias], (x, y) => tf.add(x, y), biasAdd)).toEqual(['BiasAdd'])
  expect(rewritten([a, random(4, 1)], (x, y) => tf.add(x, y), biasAdd)).toEqual(['Add'])
  expect(rewritten([a, random(4, 3)], (x, y) => tf.add(x, y), biasAdd)).toEqual(['Add'])
})

test('the sum over all axes but the last becomes BiasAddGrad; other sums stay', () => {
  expect(rewritten([random(4, 3)], (x) => tf.sum(x, 0), biasAddGradient)).toEqual(['BiasAddGrad'])
  expect(rewritten([random(4, 3)], (x) => tf.sum(x, 1), biasAddGradient)).toEqual(['Sum'])
  expect(rewritten([random(2, 4, 3)], (x) => tf.sum(x, [0, 1]), biasAddGradient)).toEqual(['BiasAddGrad'])
})

test('the gradients of relu and tanh become one kernel', () => {
  const relu = rewritten([random(4, 3)], (x) => slope(tf.relu)(x), needlessCast, activationGradient)
  expect(relu).toContain('ReluGrad')
  expect(relu).not.toContain('Select')
  const tanh = rewritten([random(4, 3)], (x) => slope(tf.tanh)(x), activationGradient)
  expect(tanh).toContain('TanhGrad')
})

test('casts and reshapes that change nothing go', () => {
  const run = (x: TensorFlow.Tensor) => tf.add(tf.reshape(tf.reshape(tf.cast(x, 'float32'), [1, 4, 3]), [4, 3]), 1)
  expect(rewritten([random(4, 3)], (x) => run(x), needlessCast, needlessReshape)).toEqual(['Add'])
})

test('a mean of booleans is declared as the mean of numbers that it is', () => {
  expect(rewritten([random(4, 3)], (x) => tf.mean(tf.greater(x, 0)), meanType)).toEqual(['Greater', 'Cast', 'Mean'])
})

test('a dense layer with all rules is product, bias and activation, and so is its gradient', () => {
  const [x, kernel, bias] = [random(4, 5), random(5, 3), random(3)]
  const gradient = (...[input = x, weight = kernel, offset = bias]: Tensors): TensorFlow.Tensor =>
    slope((each) =>
      tf.fused.matMul({
        a: input,
        b: each,
        bias: offset,
        activation: 'relu',
      }),
    )(weight)
  const after = rewritten([x, kernel, bias], gradient, ...rules)
  expect(after.slice(0, 3)).toEqual(['MatMul', 'BiasAdd', 'Relu'])
  expect(after.slice(-2)).toEqual(['ReluGrad', 'MatMul'])
})

test('an added dimension becomes a reshape, which goes with the one before it', () => {
  expect(rewritten([random(4, 3)], (x) => tf.expandDims(x, 1), expandDims)).toEqual(['Reshape'])
  expect(rewritten([random(4, 3)], (x) => tf.expandDims(tf.reshape(x, [12]), -1), expandDims)).toEqual(['Reshape'])
  expect(rewritten([random(4, 3)], (x) => tf.square(tf.squeeze(tf.expandDims(x, 0))), ...rules)).toEqual(['Square'])
})
