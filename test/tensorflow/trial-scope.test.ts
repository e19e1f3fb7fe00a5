import type { Tensor } from '@tensorflow/tfjs'
import { expect, test } from 'vitest'

import { inTrialScope } from '../../src/tensorflow/trial-scope.ts'
import { native, tensorCounts, tf } from './native.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** What a careless program does: a model, an optimizer, tensors, with waits between. */
async function careless(): Promise<number> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] })] })
  await turn()
  const optimizer = tf.train.adam(0.01)
  const x = tf.randomUniform([5, 3])
  await turn()
  optimizer.minimize(() => (model.apply(x) as Tensor).square().mean().asScalar())
  return 1
}

test('what a trial does not dispose is disposed when it ends, and counted', async () => {
  const before = tensorCounts()
  const { result, left } = await inTrialScope(careless)
  expect(result).toBe(1)
  expect(left.tensors).toBeGreaterThanOrEqual(7)
  expect(left.bytes).toBeGreaterThan(4 * 31)
  expect(tensorCounts()).toEqual(before)
})

test('the same where the trial fails', async () => {
  const before = tensorCounts()
  const failing = async () => {
    await careless()
    throw new Error('no more')
  }
  await expect(inTrialScope(failing)).rejects.toThrow('no more')
  expect(tensorCounts()).toEqual(before)
})

test('a trial that disposes all leaves nothing, whatever it disposed how', async () => {
  const { left } = await inTrialScope(async () => {
    const x = tf.ones([2])
    const variable = tf.variable(x)
    await turn()
    tf.tidy(() => {
      variable.assign(x.add(1))
    })
    tf.dispose([x, variable])
  })
  expect(left).toEqual({ tensors: 0, bytes: 0 })
})

test('what is older than the trial stays, also a variable that the trial assigns to, and so does what it keeps', async () => {
  const constant = tf.ones([3])
  const variable = tf.variable(tf.zeros([3]))
  let kept: Tensor | undefined
  const { left } = await inTrialScope(async () => {
    variable.assign(constant.add(1))
    await turn()
    kept = tf.keep(tf.fill([3], 7))
  })
  expect(left.tensors).toBe(1)
  expect([...constant.dataSync(), ...variable.dataSync(), ...(kept?.dataSync() ?? [])]).toEqual([
    1, 1, 1, 2, 2, 2, 7, 7, 7,
  ])
  tf.dispose([constant, variable, kept ?? []])
})

test('a graph that a trial leaves open is closed', async () => {
  const { Session } = await import('../../src/tensorflow/session.ts')
  const { GraphBuilder } = await import('../../src/tensorflow/graph.ts')
  const graphs = native().binding.getNumOfSavedModels()
  await inTrialScope(async () => {
    const graph = new GraphBuilder()
    graph.int(7)
    new Session(native(), graph.nodes)
    await turn()
    expect(native().binding.getNumOfSavedModels()).toBe(graphs + 1)
  })
  expect(native().binding.getNumOfSavedModels()).toBe(graphs)
})
