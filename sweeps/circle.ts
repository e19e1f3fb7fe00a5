import type { LayersModel, Tensor } from '@tensorflow/tfjs'
import { defineProgram, type Trial } from 'swath'

interface Params {
  readonly [name: string]: number
  readonly units: number
  readonly learning_rate: number
  readonly epochs: number
}

type Tfjs = Trial['tf']

const stepsPerEpoch = 20

/** 2 → units → 1. All that is random comes from the trial's seed: same seed, same bits. */
function network(tf: Tfjs, { units }: Params, seed: number): LayersModel {
  const init = (k: number) => tf.initializers.randomUniform({ minval: -0.7, maxval: 0.7, seed: seed + k })
  return tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [2], units, activation: 'tanh', kernelInitializer: init(1) }),
      tf.layers.dense({ units: 1, kernelInitializer: init(2) }),
    ],
  })
}

/** A program of one's own: does a small network learn which points lie inside a circle? Plain tfjs, start to end. */
export default defineProgram<Params>({
  // With a model, swath counts FLOPs and parameters before anything is trained.
  model: (tf, params) => network(tf, params, 0),

  async train({ tf, params, seed, signal, report }) {
    const model = network(tf, params, seed)
    const optimizer = tf.train.adam(params.learning_rate)
    const points = tf.randomUniform([2000, 2], -1, 1, 'float32', 42)
    const inside = tf.tidy(() => tf.less(tf.norm(points, 2, 1, true), 0.7).cast('float32'))
    const logits = () => model.apply(points) as Tensor

    try {
      for (let epoch = 1; epoch <= params.epochs; epoch++) {
        signal.throwIfAborted()
        for (let step = 0; step < stepsPerEpoch; step++) {
          optimizer.minimize(() => tf.losses.sigmoidCrossEntropy(inside, logits()).asScalar())
        }
        const [loss = NaN, accuracy = NaN] = tf.tidy(() => [
          tf.losses.sigmoidCrossEntropy(inside, logits()).dataSync()[0],
          tf.equal(logits().greater(0).cast('float32'), inside).mean().dataSync()[0],
        ])
        if ((await report({ epoch, loss, accuracy })) === 'stop') break
      }
      return { weights: model.getWeights().map((weight) => weight.dataSync()) }
    } finally {
      // The thread trains other trials after this one.
      optimizer.dispose()
      model.dispose()
      tf.dispose([points, inside])
    }
  },
})
