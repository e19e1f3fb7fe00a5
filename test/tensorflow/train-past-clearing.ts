import { setEnvironmentData, Worker, isMainThread } from 'node:worker_threads'

import { compileStep } from '../../src/tensorflow/compile-step.ts'
import { EagerStep } from '../../src/tensorflow/eager-step.ts'
import { preparedKey } from '../../src/tensorflow/environment.ts'
import { loadTensorFlow } from '../../src/tensorflow/load.ts'
import { crossEntropy } from '../../src/tensorflow/losses.ts'
import { adamW } from '../../src/tensorflow/optimizers/adamw.ts'
import { findRuntime } from '../../src/tensorflow/runtime.ts'
import type { Batch, LossFunction } from '../../src/tensorflow/training-step.ts'
import { fillWeights, rowsOf } from './examples.ts'

/**
 * A process whose TensorFlow reads the environment as it is: it trains in a worker thread and claims that the main thread
 * has prepared the environment. Prints how far the compiled weights are from those trained op by op, and how far training
 * moved them, in float32 and in bfloat16.
 */
if (isMainThread) {
  setEnvironmentData(preparedKey, true)
  // On Node 20 `--import tsx` does not reach the file that a worker starts with.
  const entry = `import('tsx/esm/api').then(({ register }) => { register(); return import('${import.meta.url}') })`
  new Worker(entry, { eval: true }).on('error', (error) => {
    throw error
  })
} else {
  console.log(JSON.stringify({ float32: await train('float32'), bfloat16: await train('bfloat16') }))
}

async function train(precision: 'float32' | 'bfloat16') {
  const tf = await loadTensorFlow(findRuntime())
  // Large enough for products in bfloat16.
  const [table, inputs, classes, batchSize, steps] = [128, 160, 4, 64, 12]
  const values = Float32Array.from({ length: table * inputs }, (_, i) => Math.sin(i * i))
  const labels = Int32Array.from({ length: table }, (_, i) => i % classes)
  const weightsOf = (way: 'compiled' | 'eager', count: number) => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 160, activation: 'relu', inputShape: [inputs] }),
        tf.layers.dense({ units: classes }),
      ],
    })
    fillWeights(tf, model)
    const options = {
      ...{ model, optimizer: adamW({ learningRate: 0.01 }), batchSize, seed: 1, stepsPerCall: 4 },
      loss: ((batch) => {
        const { x, y } = batch as Batch<'x' | 'y'>
        return { loss: crossEntropy(tf, y, model.apply(x) as typeof x) }
      }) satisfies LossFunction,
      columns: { x: { values, shape: [table, inputs] }, y: { values: labels, shape: [table] } },
      trainingRows: steps * batchSize,
      precision: way === 'compiled' ? precision : ('float32' as const),
    }
    const step = way === 'compiled' ? compileStep(tf, options) : new EagerStep(tf, options, 'for a test')
    if (way === 'compiled' && !step.compiled) throw new Error(step.reason)
    Array.from(step.train(rowsOf(count * batchSize, table), 0))
    const { weights, slots } = step.read()
    step.dispose()
    return [...weights, ...slots]
  }
  const [compiled, eager, before] = [weightsOf('compiled', steps), weightsOf('eager', steps), weightsOf('eager', 0)]
  return { away: distance(compiled, eager), moved: distance(compiled, before) }
}

/** The mean difference. */
function distance(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  const differences = some.flatMap((each, i) =>
    Array.from(each, (value, k) => Math.abs(value - (others[i]?.[k] ?? NaN))),
  )
  return differences.reduce((sum, each) => sum + each, 0) / differences.length
}
