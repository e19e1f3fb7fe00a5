import type * as TensorFlow from '@tensorflow/tfjs'
import { afterEach, expect, test, vi } from 'vitest'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import type { RawReport, Report } from '../../src/programs/program.ts'
import { trainClassifier } from '../../src/programs/train-classifier.ts'
import { adam } from '../../src/tensorflow/optimizers/adam.ts'
import { onPortable, tf } from '../tensorflow/native.ts'

const dataset = await prepareDataset({ name: 'mnist', limit: 200 })

afterEach(() => {
  vi.restoreAllMocks()
})

/** Looks at what goes through it, which no graph can. */
class Curious extends tf.layers.Layer {
  static readonly className = 'Curious'

  override call(inputs: TensorFlow.Tensor | TensorFlow.Tensor[]): TensorFlow.Tensor {
    const [input] = Array.isArray(inputs) ? inputs : [inputs]
    if (input === undefined) throw new TypeError('expected an input')
    input.dataSync()
    return input
  }
}

/** Trains for two epochs; what was printed, and what reported. */
async function train(...between: TensorFlow.layers.Layer[]) {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const model = tf.sequential({
    layers: [tf.layers.inputLayer({ inputShape: [784] }), ...between, tf.layers.dense({ units: 10 })],
  })
  const reports: Report[] = []
  const report = (each: RawReport) => {
    reports.push(each as Report)
    return Promise.resolve('continue' as const)
  }
  await trainClassifier(
    {
      id: 1,
      params: {},
      seed: 1,
      dataset,
      signal: new AbortController().signal,
      tf,
      resume: undefined,
      folder: '',
      report,
      progress: () => undefined,
    },
    { model, optimizer: adam({ learningRate: 1e-3 }), seed: 1, batchSize: 32, epochs: 2 },
  )
  model.dispose()
  return { printed: warn.mock.calls.flat(), reports }
}

test('a model that cannot be compiled trains all the same, and says once why it takes longer', async () => {
  const { printed, reports } = await train(new Curious())
  expect(printed).toEqual(['trains op by op: the model reads values of a tensor in JavaScript while it trains'])
  expect(reports).toHaveLength(2)
})

test('nothing is said of a model that is compiled', async () => {
  expect((await train()).printed).toEqual([])
})

test('nor where there is no TensorFlow: the run has said that already', async () => {
  expect((await onPortable(() => train(new Curious()))).printed).toEqual([])
})
