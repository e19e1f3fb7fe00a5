import { expect, test } from 'vitest'

import { graphCompiled, isThreadSpent } from '../../src/tensorflow/thread-kernels.ts'

const graph = (width: number) => ({
  weights: [[784, width], [width], [width, 10], [10]],
  ...{ precision: 'float32', trainingBatches: [64, 64, 48], evaluationBatches: [1000] },
})

test('a thread is spent after graphs of many shapes, however often it has run each', () => {
  for (let k = 0; k < 10_000; k++) graphCompiled(graph(k % 2))
  expect(isThreadSpent()).toBe(false)
  let shapes = 2
  while (!isThreadSpent() && shapes < 1_000) graphCompiled(graph(shapes++))
  // Two matrices, each with three products for two batch sizes and one more for evaluation.
  expect(shapes).toBe(Math.ceil(600 / 14))
})
