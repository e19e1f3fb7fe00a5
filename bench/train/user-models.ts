import type * as TensorFlow from '@tensorflow/tfjs'

type Make = (tf: typeof TensorFlow) => TensorFlow.LayersModel

/** Models as users write them in plain tfjs; each takes 784 pixels and gives 10 logits. */
export const userModels: Readonly<Record<string, Make>> = {
  convolutions: (tf) => {
    const { layers } = tf
    return tf.sequential({
      layers: [
        layers.reshape({ inputShape: [784], targetShape: [28, 28, 1] }),
        layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 10 }),
      ],
    })
  },
  'batch normalisation': (tf) => normalised(tf, () => tf.layers.batchNormalization()),
  'layer normalisation': (tf) => normalised(tf, () => tf.layers.layerNormalization()),
  dropout: (tf) => normalised(tf, () => tf.layers.dropout({ rate: 0.2 })),
  GRU: (tf) => {
    const { layers } = tf
    return tf.sequential({
      layers: [
        layers.reshape({ inputShape: [784], targetShape: [28, 28] }),
        layers.gru({ units: 32 }),
        layers.dense({ units: 10 }),
      ],
    })
  },
  residual: (tf) => {
    const { layers } = tf
    const inputs = tf.input({ shape: [784] })
    let sum = layers.dense({ units: 128, activation: 'relu' }).apply(inputs) as TensorFlow.SymbolicTensor
    for (let block = 0; block < 3; block++) {
      const inner = layers.dense({ units: 128, activation: 'relu' }).apply(sum) as TensorFlow.SymbolicTensor
      sum = layers.add().apply([sum, inner]) as TensorFlow.SymbolicTensor
    }
    return tf.model({ inputs, outputs: layers.dense({ units: 10 }).apply(sum) as TensorFlow.SymbolicTensor })
  },
}

function normalised(tf: typeof TensorFlow, between: () => TensorFlow.layers.Layer): TensorFlow.LayersModel {
  const { dense } = tf.layers
  return tf.sequential({
    layers: [
      dense({ inputShape: [784], units: 128, activation: 'relu' }),
      between(),
      dense({ units: 128, activation: 'relu' }),
      between(),
      dense({ units: 10 }),
    ],
  })
}
