import type { Tensor } from '@tensorflow/tfjs'
import { accuracy, adam, compileStep, crossEntropy, epochOrder, loadTensorFlow, meansOf } from 'swath'

/** Which of four corners of a square does a noisy point belong to? A whole training run outside of any sweep. */
const tf = await loadTensorFlow()

// The data: here in memory; a column may also be a file of raw numbers.
const [rows, held] = [4_000, 1_000]
const labels = Int32Array.from({ length: rows }, (_, i) => i % 4)
const noise = tf.tidy(() => tf.randomNormal([rows * 2], 0, 0.5, 'float32', 1).dataSync())
const points = noise.map((value, i) => value + ((labels[i >> 1] ?? 0) & (i % 2 === 0 ? 1 : 2) ? 1 : -1))

// The model and its loss, in plain tfjs.
const model = tf.sequential({
  layers: [
    tf.layers.dense({
      inputShape: [2],
      units: 32,
      activation: 'relu',
      kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
    }),
    tf.layers.dropout({ rate: 0.1 }),
    tf.layers.dense({ units: 4, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }),
  ],
})

const step = compileStep(tf, {
  model,
  loss: ({ x, y }, training) => {
    const logits = model.apply(x, { training }) as Tensor
    return { loss: crossEntropy(tf, y, logits), accuracy: accuracy(tf, y, logits) }
  },
  optimizer: adam({ learningRate: 0.01 }),
  columns: { x: { values: points, shape: [rows, 2] }, y: { values: labels, shape: [rows] } },
  batchSize: 32,
  seed: 1,
  trainingRows: rows - held,
  evaluationRows: [held],
})
if (!step.compiled) console.warn(`trains op by op: ${step.reason}`)

const all = Int32Array.from({ length: rows }, (_, i) => i)
const [validation, training] = [all.slice(0, held), all.slice(held)]
const stepsPerEpoch = Math.ceil(training.length / 32)

for (let epoch = 1; epoch <= 5; epoch++) {
  const trained = meansOf(step.train(epochOrder(training, 1, epoch), (epoch - 1) * stepsPerEpoch))
  const validated = meansOf(step.evaluate(validation))
  console.log(`epoch ${epoch}: loss ${trained.loss.toFixed(3)}, accuracy ${validated.accuracy.toFixed(3)}`)
}

// From here on the model is an ordinary tfjs model with the trained weights.
step.updateModel()
step.dispose()
const corner = (model.predict(tf.tensor2d([[1, -1]])) as Tensor).argMax(-1).dataSync()[0]
console.log(`(1, −1) belongs to corner ${corner}`)
