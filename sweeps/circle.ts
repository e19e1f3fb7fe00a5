import { defineProgram } from 'swath'

interface Params {
  readonly [name: string]: number
  readonly units: number
  readonly learning_rate: number
  readonly epochs: number
}

/** A program of one's own: does a small network learn which points lie inside a circle? Plain tfjs, start to end. */
export default defineProgram<Params>({
  // With a model, swath counts FLOPs and parameters before anything is trained.
  model: (tf, { units }) =>
    tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [2], units, activation: 'tanh' }),
        tf.layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    }),

  async train({ tf, params, seed, signal, report }) {
    const { units, learning_rate, epochs } = params
    // All that is random comes from the trial's seed: same seed, same bits.
    const init = (k: number) => tf.initializers.randomUniform({ minval: -0.7, maxval: 0.7, seed: seed + k })
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [2], units, activation: 'tanh', kernelInitializer: init(1) }),
        tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: init(2) }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(learning_rate), loss: 'binaryCrossentropy', metrics: ['accuracy'] })
    const points = tf.randomUniform([2000, 2], -1, 1, 'float32', 42)
    const inside = tf.less(tf.norm(points, 2, 1, true), 0.7).cast('float32')

    for (let epoch = 1; epoch <= epochs; epoch++) {
      signal.throwIfAborted()
      const { history } = await model.fit(points, inside, { batchSize: 100, epochs: 1, shuffle: false, verbose: 0 })
      const [loss = NaN] = (history.loss ?? []) as number[]
      const [accuracy = NaN] = (history.acc ?? []) as number[]
      if ((await report({ epoch, loss, accuracy })) === 'stop') break
    }
    return { weights: model.getWeights().map((weight) => weight.dataSync()) }
  },
})
