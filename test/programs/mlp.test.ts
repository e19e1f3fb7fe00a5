import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { mlp } from '../../src/programs/mlp.ts'
import type { Parameters, Progress, Report, Trial } from '../../src/programs/program.ts'
import { prepareEnvironment } from '../../src/tensorflow/environment.ts'
import { onPortable, tf } from '../tensorflow/native.ts'

const dataset = await prepareDataset({ name: 'mnist', limit: 2_000 })

/** Trains one trial here; what it reported, its progress and its weights. */
async function train(params: Parameters, trial: Partial<Trial> = {}) {
  const reports: Report[] = []
  const progress: Progress[] = []
  const result = await mlp.train({
    ...{ id: 1, params, seed: 5, dataset, signal: new AbortController().signal, tf },
    ...{ resume: undefined, folder: '' },
    report(report) {
      reports.push(report as Report)
      return Promise.resolve('continue')
    },
    progress: (each) => progress.push(each),
    ...trial,
  })
  return { reports, progress, weights: result?.weights }
}

test('a trial learns, and reports its metrics by epoch; the test set is measured after the last', async () => {
  const { reports, weights } = await train({ hidden: [32], epochs: 3, learning_rate: 0.005 })
  expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
  const names = [
    'epoch',
    'epoch_seconds',
    'images_per_second',
    'train_accuracy',
    'train_loss',
    'val_accuracy',
    'val_loss',
  ]
  expect(Object.keys(reports[0] ?? {}).sort()).toEqual(names)
  expect(Object.keys(reports[2] ?? {}).sort()).toEqual([...names, 'test_accuracy', 'test_loss'].sort())
  for (const report of reports) expect(Object.values(report).every(Number.isFinite)).toBe(true)
  expect(reports[2]?.test_accuracy).toBeGreaterThan(0.8)
  expect(reports[2]?.train_loss).toBeLessThan(reports[0]?.train_loss ?? 0)
  expect(weights?.map(({ length }) => length)).toEqual([784 * 32, 32, 320, 10])
})

test('the same seed gives the same weights, another one others', async () => {
  const params = { hidden: [16, 16], dropout: 0.2, optimizer: 'adamw', epochs: 1 }
  const { weights } = await train(params)
  expect((await train(params)).weights).toEqual(weights)
  expect((await train(params, { seed: 6 })).weights).not.toEqual(weights)
  expect((await train({ ...params, seed: 5 }, { seed: 6 })).weights).toEqual(weights)
})

test('two workers at once give the bits that one gives alone, in any order', async () => {
  const trials = [
    { params: { hidden: [24], epochs: 1 }, seed: 1 },
    { params: { hidden: [16], dropout: 0.3, epochs: 2, batch_size: 50 }, seed: 2 },
  ]
  prepareEnvironment(1)
  const run = async (each: typeof trials): Promise<string[]> => {
    const entry = new URL('./train-in-thread.ts', import.meta.url).href
    const code = `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(entry)})))`
    const worker = new Worker(code, { eval: true, workerData: { dataset, trials: each } })
    const [hashes] = (await once(worker, 'message')) as [string[]]
    await worker.terminate()
    return hashes
  }
  const alone = await run(trials)
  const [first, second] = await Promise.all([run(trials), run(trials.toReversed())])
  expect(first).toEqual(alone)
  expect(second.toReversed()).toEqual(alone)
})

test('the portable backend trains the same batches in the same order, to float tolerance', async () => {
  const few = await prepareDataset({ name: 'mnist', limit: 300 })
  const params = { hidden: [16], epochs: 1, batch_size: 32 }
  const compiled = await train(params, { dataset: few })
  const portable = await onPortable(() => train(params, { dataset: few }))
  expect(portable.reports[0]?.train_loss).toBeCloseTo(compiled.reports[0]?.train_loss ?? 0, 4)
  expect(portable.reports[0]?.val_loss).toBeCloseTo(compiled.reports[0]?.val_loss ?? 0, 4)
  compiled.weights?.forEach((weight, i) => {
    weight.forEach((value, j) => {
      if (Math.abs(value - (portable.weights?.[i]?.[j] ?? NaN)) > 1e-4) expect.fail(`weight ${i} differs at ${j}`)
    })
  })
})

test('a trial that is told to stop returns its weights after that epoch', async () => {
  const { reports, weights } = await train({ hidden: [8], epochs: 5 }, { report: () => Promise.resolve('stop') })
  expect(reports).toEqual([])
  expect(weights).toHaveLength(4)
})

test('an aborted trial ends at once and leaves nothing behind', async () => {
  await train({ hidden: [8], epochs: 1 })
  const { numTensors } = tf.memory()
  const abort = new AbortController()
  const report = () => {
    abort.abort(new Error('enough'))
    return Promise.resolve('continue' as const)
  }
  await expect(train({ hidden: [8], epochs: 50 }, { report, signal: abort.signal })).rejects.toThrow('enough')
  expect(tf.memory().numTensors).toBe(numTensors)
})

test('a loss that is no longer finite fails the trial as diverged, with its epoch', async () => {
  const params = { hidden: [8], optimizer: 'sgd', learning_rate: 1e30, epochs: 2 }
  await expect(train(params)).rejects.toMatchObject({ name: 'DivergedError', epoch: 1 })
})

test('progress comes several times a second', async () => {
  const { progress } = await train({ hidden: [2048, 2048], epochs: 1, batch_size: 16 })
  expect(progress.length).toBeGreaterThan(1)
  expect(progress.every(({ fraction }) => fraction > 0 && fraction <= 1)).toBe(true)
})
