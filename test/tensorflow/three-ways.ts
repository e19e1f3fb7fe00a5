import type * as TensorFlow from '@tensorflow/tfjs'
import { expect } from 'vitest'
import { CompiledStep, type CompiledStepOptions } from '../../src/tensorflow/compiled-step.ts'
import { EagerStep } from '../../src/tensorflow/eager-step.ts'
import type { CallResult } from '../../src/tensorflow/training-step.ts'
import { fillWeights, rowsOf } from './examples.ts'
import { native, onPortable, tf } from './native.ts'

/** What is trained, built anew for each way; tfjs's layers keep the model that they were built into. */
export type Experiment = () => Pick<CompiledStepOptions, 'model' | 'loss' | 'optimizer' | 'columns'>

interface Outcome {
  readonly weights: readonly Float32Array[]
  readonly slots: readonly Float32Array[]
  readonly evaluated: CallResult['measures'] | undefined
}

/** Rows of the tables that experiments train on. */
export const tableRows = 40
const batchSize = 8

/** 50 steps, the last on a smaller batch, from the same weights: as a graph, op by op on TensorFlow, in plain JavaScript. */
export async function trainThreeWays(experiment: Experiment, steps = 50) {
  const trainingRows = (steps - 1) * batchSize + 3
  const train = (way: 'compiled' | 'eager'): Outcome => {
    const options = { ...experiment(), batchSize, seed: 1, trainingRows, evaluationRows: [tableRows], stepsPerCall: 7 }
    const { model } = options
    fillWeights(tf, model)
    const step = way === 'compiled' ? new CompiledStep(tf, native(), options) : new EagerStep(tf, options, 'for a test')
    try {
      Array.from(step.train(rowsOf(trainingRows, tableRows), 0))
      const [evaluated] = [...step.evaluate(rowsOf(tableRows, tableRows))]
      return { ...step.read(), evaluated: evaluated?.measures }
    } finally {
      step.dispose()
      model.dispose()
    }
  }
  return {
    compiled: train('compiled'),
    eager: train('eager'),
    portable: await onPortable(() => train('eager')),
  }
}

/** The three ways end with the same weights, slots and measures, to float tolerance. */
export async function expectAgreement(experiment: Experiment, tolerance = 2e-3): Promise<void> {
  const { compiled, eager, portable } = await trainThreeWays(experiment)
  for (const outcome of [compiled, eager]) {
    expectClose(outcome.weights, portable.weights, tolerance)
    expectClose(outcome.slots, portable.slots, tolerance)
    for (const [name, value] of Object.entries(portable.evaluated ?? {})) {
      expect(outcome.evaluated?.[name], name).toBeCloseTo(value, 3)
    }
  }
}

export function expectClose(
  actual: readonly Float32Array[],
  expected: readonly Float32Array[],
  tolerance: number,
): void {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  const differences = actual.flatMap((weight, i) =>
    Array.from(weight, (value, j) => Math.abs(value - (expected[i]?.[j] ?? NaN))),
  )
  expect(Math.max(0, ...differences)).toBeLessThan(tolerance)
}

export const stack =
  (...all: TensorFlow.layers.Layer[]) =>
  (input: TensorFlow.SymbolicTensor): TensorFlow.SymbolicTensor =>
    all.reduce((value, layer) => layer.apply(value) as TensorFlow.SymbolicTensor, input)
