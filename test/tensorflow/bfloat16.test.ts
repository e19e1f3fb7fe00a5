import { afterAll, describe, expect, test } from 'vitest'
import { classification } from '../../src/models/classification.ts'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { namedOptimizer, optimizerNames } from '../../src/tensorflow/optimizers/named.ts'
import { clipped } from '../../src/tensorflow/optimizers/clipped.ts'
import type { Precision, TrainingStep } from '../../src/tensorflow/training-step.ts'
import { fillWeights, rowsOf, writeExamples } from './examples.ts'
import { tf } from './native.ts'

const batchSize = 64
const examples = writeExamples(256, [200], 4)

afterAll(() => {
  examples.remove()
})

/** 200-200-200-4: both hidden products are large enough to be halved, the last one is not. */
function withStep<T>(
  settings: {
    precision: Precision
    optimizer?: (typeof optimizerNames)[number]
    norm?: number
    stepsPerCall?: number
    rows?: number
  },
  use: (step: TrainingStep) => T,
): T {
  const { precision, optimizer = 'adam', norm, stepsPerCall = 5, rows = 20 * batchSize } = settings
  const named = namedOptimizer({ optimizer, learning_rate: 1e-3 })
  const { dense } = tf.layers
  const hidden = { units: 200, activation: 'relu' } as const
  const model = tf.sequential({ layers: [dense({ ...hidden, inputShape: [200] }), dense(hidden), dense({ units: 4 })] })
  fillWeights(tf, model)
  const step = compileStep(tf, {
    ...{ model, loss: classification(tf, model), columns: examples.columns, batchSize, seed: 1, precision },
    ...{ optimizer: norm === undefined ? named : clipped(named, { norm }), trainingRows: rows, stepsPerCall },
  })
  try {
    expect(step.reason).toBeUndefined()
    return use(step)
  } finally {
    step.dispose()
    model.dispose()
  }
}

function lossesOf(step: TrainingStep, rows: number, stepsBefore = 0): number[] {
  return [...step.train(rowsOf(rows, 256), stepsBefore)].map(({ measures }) => measures.loss)
}

describe('precision: bfloat16', () => {
  test.each(optimizerNames)('%s learns as in float32, though not with the same bits', (optimizer) => {
    const [full, half] = (['float32', 'bfloat16'] as const).map((precision) =>
      withStep({ precision, optimizer }, (step) => ({ losses: lossesOf(step, 20 * batchSize), state: step.read() })),
    )
    full?.losses.forEach((loss, i) => {
      expect(half?.losses[i]).toBeCloseTo(loss, 1)
    })
    expect(half?.state.weights).not.toEqual(full?.state.weights)
    expect(half?.state.weights.every((weight) => weight.every(Number.isFinite))).toBe(true)
  })

  test('gradients that are clipped', () => {
    const losses = (precision: Precision) =>
      withStep({ precision, norm: 0.1 }, (step) => lossesOf(step, 20 * batchSize))
    const half = losses('bfloat16')
    losses('float32').forEach((loss, i) => {
      expect(half[i]).toBeCloseTo(loss, 1)
    })
  })

  test('the number of steps a call changes no bit', () => {
    const [one, many] = [1, 7].map((stepsPerCall) =>
      withStep({ precision: 'bfloat16', stepsPerCall }, (step) => {
        lossesOf(step, 20 * batchSize)
        return step.read()
      }),
    )
    expect(many).toEqual(one)
  })

  test('training goes on from a state to the same bits: the copies are made anew from the weights', () => {
    const rows = 10 * batchSize
    const [state, expected] = withStep({ precision: 'bfloat16', rows }, (step) => {
      lossesOf(step, rows)
      const halfway = step.read()
      lossesOf(step, rows, 10)
      return [halfway, step.read()]
    })
    const resumed = withStep({ precision: 'bfloat16', rows }, (step) => {
      step.write(state)
      lossesOf(step, rows, 10)
      return step.read()
    })
    expect(resumed).toEqual(expected)
  })

  test('a last batch that is too small to be halved trains on the same weights', () => {
    const rows = 4 * batchSize + 3
    const [full, half] = (['float32', 'bfloat16'] as const).map((precision) =>
      withStep({ precision, rows }, (step) => [lossesOf(step, rows), lossesOf(step, rows, 5)].flat()),
    )
    expect(half).toHaveLength(full?.length ?? -1)
    half?.forEach((loss, i) => {
      expect(loss).toBeCloseTo(full?.[i] ?? Number.NaN, 1)
    })
  })
})
