import type * as TensorFlow from '@tensorflow/tfjs'
import { afterAll, expect, test } from 'vitest'
import { classification } from '../../src/models/classification.ts'
import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import type { Batch, LossFunction, StepOptions } from '../../src/tensorflow/training-step.ts'
import { fillWeights, rowsOf, writeExamples } from './examples.ts'
import { tf } from './native.ts'

const examples = writeExamples(60, [12], 3)
afterAll(() => {
  examples.remove()
})

function makeModel(dropout = 0): TensorFlow.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 32, activation: 'relu', inputShape: [12] }),
      ...(dropout > 0 ? [tf.layers.dropout({ rate: dropout })] : []),
      tf.layers.dense({ units: 3 }),
    ],
  })
  fillWeights(tf, model)
  return model
}

function optionsFor(model: TensorFlow.LayersModel, options: Partial<StepOptions> = {}): StepOptions {
  return {
    model,
    loss: classification(tf, model),
    optimizer: adam({ learningRate: 0.01 }),
    columns: examples.columns,
    batchSize: 4,
    seed: 1,
    trainingRows: 402,
    ...options,
  }
}

/** The weights after 101 steps, the last of them smaller. */
function trainedWeights(dropout: number, options: Partial<StepOptions> = {}): string[] {
  const model = makeModel(dropout)
  const step = compileStep(tf, optionsFor(model, options))
  try {
    expect(step.reason).toBeUndefined()
    for (const call of step.train(rowsOf(402, 60), 0)) expect(call.measures.loss).toBeGreaterThan(0)
    return step.read().weights.map((weight) => Buffer.from(weight.buffer).toString('base64'))
  } finally {
    step.dispose()
    model.dispose()
  }
}

test.each([0, 0.3])('the number of steps a call changes no bit of the weights (dropout %d)', (dropout) => {
  const one = trainedWeights(dropout, { stepsPerCall: 1 })
  expect(trainedWeights(dropout, { stepsPerCall: 8 })).toEqual(one)
  expect(trainedWeights(dropout, { stepsPerCall: 32 })).toEqual(one)
})

// Such a measure shares the memory of the weight, which the update of the same step overwrites.
test('a measure that is a weight has the value that it had in its step', () => {
  const measured = (stepsPerCall: number) => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [12] })] })
    fillWeights(tf, model)
    const loss: LossFunction = (batch) => {
      const { x, y } = batch as Batch<'x' | 'y'>
      const bias = model.weights[1]?.read() ?? tf.scalar(NaN)
      const errors = (model.apply(x) as TensorFlow.Tensor2D).sub(y.toFloat().expandDims(1))
      return { loss: errors.square().mean().asScalar(), bias: bias.asScalar() }
    }
    const step = compileStep(tf, optionsFor(model, { loss, stepsPerCall, trainingRows: 64 }))
    try {
      expect(step.reason).toBeUndefined()
      const means = [...step.train(rowsOf(64, 60), 0)].map(({ measures }) => measures.bias ?? NaN)
      return means.reduce((sum, each) => sum + each, 0) / means.length
    } finally {
      step.dispose()
      model.dispose()
    }
  }
  expect(measured(16)).toBeCloseTo(measured(1), 5)
})

test('evaluation is without dropout and leaves the weights alone', () => {
  const model = makeModel(0.5)
  const step = compileStep(tf, optionsFor(model, { evaluationRows: [60] }))
  const [first] = [...step.evaluate(rowsOf(60, 60))]
  const [second] = [...step.evaluate(rowsOf(60, 60))]
  expect(second).toEqual(first)
  step.dispose()
  model.dispose()
})

test('training goes on from a state that was read: the same bits as without the break', () => {
  const model = makeModel(0.3)
  const rows = rowsOf(402, 60)
  const whole = compileStep(tf, optionsFor(model, { trainingRows: 200 }))
  for (const half of [rows.slice(0, 200), rows.slice(200, 400)]) {
    for (const call of whole.train(half, half[0] === rows[0] ? 0 : 50)) expect(call.steps).toBeGreaterThan(0)
  }
  const first = compileStep(tf, optionsFor(model, { trainingRows: 200 }))
  Array.from(first.train(rows.slice(0, 200), 0))
  const second = compileStep(tf, optionsFor(model, { trainingRows: 200 }))
  second.write(first.read())
  Array.from(second.train(rows.slice(200, 400), 50))
  expect(second.read()).toEqual(whole.read())
  for (const step of [whole, first, second]) step.dispose()
  model.dispose()
})

test('the model keeps its weights until it is updated', () => {
  const model = makeModel()
  const weights = () => model.getWeights().map((weight) => Array.from(weight.dataSync()))
  const before = weights()
  const step = compileStep(tf, optionsFor(model))
  Array.from(step.train(rowsOf(402, 60), 0))
  expect(weights()).toEqual(before)
  step.updateModel()
  expect(weights()).toEqual(step.read().weights.map((weight) => Array.from(weight)))
  expect(weights()).not.toEqual(before)
  step.dispose()
  model.dispose()
})

test('a model that reads a value while it trains is trained op by op, and says why', () => {
  const model = makeModel()
  const inner = classification(tf, model)
  const loss: LossFunction = (batch, training) => {
    const measures = inner(batch, training)
    return (measures.loss.dataSync()[0] ?? 0) > 1e9 ? { loss: measures.loss.mul(2) } : measures
  }
  const step = compileStep(tf, optionsFor(model, { loss }))
  expect(step.compiled).toBe(false)
  expect(step.reason).toMatch('reads values of a tensor in JavaScript')
  expect([...step.train(rowsOf(402, 60), 0)].reduce((sum, call) => sum + call.examples, 0)).toBe(402)
  step.dispose()
  model.dispose()
})

test('a model that runs other operations in each step is trained op by op', () => {
  const model = makeModel()
  const inner = classification(tf, model)
  let flip = false
  const fickle: LossFunction = (batch, training) => {
    flip = !flip
    const { loss } = inner(batch, training)
    return { loss: flip ? loss : loss.mul(2) }
  }
  const step = compileStep(tf, optionsFor(model, { loss: fickle }))
  expect(step.reason).toMatch('does not run the same operations')
  step.dispose()
  model.dispose()
})
