import type * as TensorFlow from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { fusedOptimizer } from '../../src/tensorflow/fused-optimizer.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import { adamW } from '../../src/tensorflow/optimizers/adamw.ts'
import { clipped } from '../../src/tensorflow/optimizers/clipped.ts'
import { momentum, sgd } from '../../src/tensorflow/optimizers/sgd.ts'
import { fillWeights } from './examples.ts'
import { onPortable, tensorCounts, tf } from './native.ts'
import { expectClose } from './three-ways.ts'

const learningRate = 0.05

function makeModel(): TensorFlow.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, activation: 'tanh', inputShape: [3] }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 2 }),
    ],
  })
  fillWeights(tf, model)
  return model
}

const weightsOf = (model: TensorFlow.LayersModel) =>
  model.getWeights().map((weight) => Float32Array.from(weight.dataSync()))

/** The weights after `steps` steps of tfjs's own training loop. */
async function fit(
  model: TensorFlow.LayersModel,
  optimizer: TensorFlow.Optimizer,
  steps = 30,
): Promise<Float32Array[]> {
  const [x, y] = [tf.randomUniform([4, 3], -1, 1, 'float32', 1), tf.randomUniform([4, 2], -1, 1, 'float32', 2)]
  model.compile({ optimizer, loss: 'meanSquaredError' })
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y)
  tf.dispose([x, y])
  return weightsOf(model)
}

async function fitted(makeOptimizer: () => TensorFlow.Optimizer): Promise<Float32Array[]> {
  const [model, optimizer] = [makeModel(), makeOptimizer()]
  try {
    return await fit(model, optimizer)
  } finally {
    model.dispose()
    optimizer.dispose()
  }
}

test.each([
  ['adam', () => adam({ learningRate }), () => tf.train.adam(learningRate, 0.9, 0.999, 1e-8)],
  ['sgd', () => sgd({ learningRate }), () => tf.train.sgd(learningRate)],
  ['momentum', () => momentum({ learningRate, momentum: 0.7 }), () => tf.train.momentum(learningRate, 0.7)],
])('model.compile takes it, and it trains as tfjs does: %s', async (_, ours, theirs) => {
  const expected = await fitted(theirs)
  expectClose(await fitted(() => fusedOptimizer(tf, ours())), expected, 1e-4)
  const portable = await onPortable(() => fitted(() => fusedOptimizer(tf, ours())))
  expectClose(portable, expected, 1e-4)
})

test.each([
  ['adamw', adamW({ learningRate, weightDecay: 0.1 })],
  ['clipped', clipped(adamW({ learningRate }), { norm: 0.1 })],
])('kernels and plain ops agree: %s', async (_, optimizer) => {
  const kernels = await fitted(() => fusedOptimizer(tf, optimizer))
  expectClose(kernels, await onPortable(() => fitted(() => fusedOptimizer(tf, optimizer))), 1e-4)
})

test('minimize returns the cost and updates what it is told to', () => {
  const [a, b] = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([3, 4]))]
  const optimizer = fusedOptimizer(tf, sgd({ learningRate: 0.5 }))
  const loss = () => a.square().add(b).sum<TensorFlow.Scalar>()
  const cost = optimizer.minimize(loss, true, [a])
  expect(cost?.dataSync()).toEqual(Float32Array.of(12))
  expect([...a.dataSync(), ...b.dataSync()]).toEqual([0, 0, 3, 4])
  expect(optimizer.minimize(loss)).toBeNull()
  expect([...a.dataSync(), ...b.dataSync()]).toEqual([0, 0, 2.5, 3.5])
  tf.dispose([a, b, cost ?? []])
  optimizer.dispose()
})

test('what is assigned between two steps counts, and what somebody holds does not change', () => {
  const weight = tf.variable(tf.tensor1d([1, 2]))
  const optimizer = fusedOptimizer(tf, sgd({ learningRate: 0.5 }))
  const step = () => optimizer.minimize(() => weight.sum<TensorFlow.Scalar>())
  const given = Float32Array.of(10, 20)
  step()
  const held = weight.clone()
  step()
  weight.assign(tf.tensor1d(given))
  step()
  step()
  expect([held, weight].map((each) => [...each.dataSync()])).toEqual([
    [0.5, 1.5],
    [9, 19],
  ])
  expect(given).toEqual(Float32Array.of(10, 20))
  tf.dispose([weight, held])
  optimizer.dispose()
})

const ways = [
  ['on TensorFlow', (run: () => Promise<void>) => run()],
  ['on the portable backend', (run: () => Promise<void>) => onPortable(run)],
] as const

test.each(ways)('its slots are saved and loaded: training goes on with the same bits, %s', async (_, way) => {
  await way(async () => {
    const [model, first] = [makeModel(), fusedOptimizer(tf, adam({ learningRate }))]
    await fit(model, first)
    const saved = await first.getWeights()
    expect(saved).toHaveLength(1 + 2 * 6)
    const copy = makeModel()
    copy.setWeights(model.getWeights())
    const second = fusedOptimizer(tf, adam({ learningRate }))
    await second.setWeights(saved)
    expect((await second.getWeights()).map(({ tensor }) => tensor.dataSync())).toEqual(
      saved.map(({ tensor }) => tensor.dataSync()),
    )
    expect(await fit(copy, second)).toEqual(await fit(model, first))
    expect(second.iterations).toBe(60)
    // Also into one that has been used.
    await second.setWeights(await first.getWeights())
    expect(await fit(copy, second)).toEqual(await fit(model, first))
    for (const each of [model, first, copy, second]) each.dispose()
  })
})

test.each(ways)('no tensor stays behind, %s', async (_, way) => {
  await way(async () => {
    const before = tensorCounts()
    const [model, optimizer] = [makeModel(), fusedOptimizer(tf, adam({ learningRate }))]
    await fit(model, optimizer, 2)
    const steady = tensorCounts()
    await fit(model, optimizer, 5)
    expect(tensorCounts()).toEqual(steady)
    await optimizer.setWeights(await optimizer.getWeights())
    await optimizer.getWeights()
    await fit(model, optimizer, 1)
    expect(tensorCounts()).toEqual(steady)
    await optimizer.getWeights()
    model.dispose()
    optimizer.dispose()
    expect(tensorCounts()).toEqual(before)
  })
})
