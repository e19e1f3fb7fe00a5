import { expect, test } from 'vitest'
import { initializeWeights, type Initialization } from '../../src/models/initialize.ts'
import { mlp } from '../../src/models/mlp.ts'
import { onPortable, tf } from '../tensorflow/native.ts'

function weights(init: Initialization, seed: number): Float32Array[] {
  const model = mlp(tf, { inputs: 100, hidden: [50], classes: 4, activation: 'relu', dropout: 0 })
  initializeWeights(tf, model, init, seed)
  const values = model.getWeights().map((weight) => Float32Array.from(weight.dataSync()))
  model.dispose()
  return values
}

const largest = (values: Float32Array | undefined): number => Math.max(...(values ?? []).map(Math.abs))

test('fan_in draws weights and biases uniformly from ±1/√fan_in', () => {
  const [kernel, bias, , outputBias] = weights('fan_in', 1)
  expect(largest(kernel)).toBeGreaterThan(0.0995)
  expect(largest(kernel)).toBeLessThanOrEqual(0.1)
  expect(largest(bias)).toBeGreaterThan(0.09)
  expect(largest(bias)).toBeLessThanOrEqual(0.1)
  expect(largest(outputBias)).toBeLessThanOrEqual(1 / Math.sqrt(50))
})

test.each([
  ['glorot', Math.sqrt(6 / 150)],
  ['he', Math.sqrt(6 / 100)],
] as const)('%s draws weights within its limit, and biases are 0', (init, limit) => {
  const [kernel, bias] = weights(init, 1)
  expect(largest(kernel)).toBeGreaterThan(limit * 0.995)
  expect(largest(kernel)).toBeLessThanOrEqual(limit)
  expect(largest(bias)).toBe(0)
})

test('the same seed gives the same bits on any backend, another seed others', async () => {
  const native = weights('fan_in', 7)
  expect(await onPortable(() => weights('fan_in', 7))).toEqual(native)
  expect(weights('fan_in', 8)).not.toEqual(native)
})
