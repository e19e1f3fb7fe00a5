import { prepareEnvironment } from '../../src/tensorflow/environment.ts'
import { loadTensorFlow } from '../../src/tensorflow/load.ts'
import { findRuntime } from '../../src/tensorflow/runtime.ts'

/** A process that loads what there is, trains a little, and prints which backend it was and what came out. */
prepareEnvironment(1)
const tf = await loadTensorFlow(findRuntime())
const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: 'ones' })] })
model.compile({ optimizer: tf.train.sgd(0.5), loss: 'meanSquaredError' })
await model.trainOnBatch(tf.ones([4, 3]), tf.ones([4, 2]))
const { values } = tf.topk(tf.layers.dense({ units: 2 }).apply(tf.ones([1, 3])) as ReturnType<typeof tf.ones>, 1)
const [loss] = (model.evaluate(tf.ones([4, 3]), tf.ones([4, 2])) as ReturnType<typeof tf.ones>).dataSync()
console.log(JSON.stringify({ backend: tf.getBackend(), loss, top: values.shape }))
