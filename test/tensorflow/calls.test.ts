import { expect, test } from 'vitest'
import { planCalls, stepsWorthUnrolling } from '../../src/tensorflow/calls.ts'

test('an epoch of MNIST is calls of 29 steps, two single steps, and the smaller last batch', () => {
  expect(planCalls([54_000], 64, 32)).toEqual([
    { steps: 29, batchSize: 64 },
    { steps: 1, batchSize: 64 },
    { steps: 1, batchSize: 48 },
  ])
})

test('nothing is planned that no set needs', () => {
  expect(planCalls([128], 64, 2)).toEqual([{ steps: 2, batchSize: 64 }])
  expect(planCalls([128], 64, 1)).toEqual([{ steps: 1, batchSize: 64 }])
  expect(planCalls([5], 64, 32)).toEqual([{ steps: 1, batchSize: 5 }])
  expect(planCalls([], 64, 32)).toEqual([])
  expect(planCalls([0], 64, 32)).toEqual([])
})

test('sets of several sizes share their calls', () => {
  expect(planCalls([6_000, 10_000], 1_000, 1)).toEqual([{ steps: 1, batchSize: 1_000 }])
  expect(planCalls([600, 1_200], 1_000, 1)).toEqual([
    { steps: 1, batchSize: 1_000 },
    { steps: 1, batchSize: 600 },
    { steps: 1, batchSize: 200 },
  ])
})

test('the longer a trial, the more steps a call', () => {
  expect([1, 100, 1_688, 8_440, 1_000_000].map((steps) => stepsWorthUnrolling(steps, 1e6))).toEqual([1, 2, 8, 18, 32])
})

test('a call of a large model has fewer steps, so that it stays near a tenth of a second', () => {
  expect([1e6, 1e9, 1e12].map((flops) => stepsWorthUnrolling(1_000_000, flops))).toEqual([32, 6, 1])
})
