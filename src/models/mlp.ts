import type * as TensorFlow from '@tensorflow/tfjs'
import type { Activation } from './activations.ts'

export interface MlpShape {
  /** Values of one example. */
  readonly inputs: number
  /** Units of the hidden layers, the first one first. */
  readonly hidden: readonly number[]
  readonly classes: number
  readonly activation: Activation
  /** Share of each hidden layer's outputs that a training step drops; 0 drops none. */
  readonly dropout: number
}

/** A stack of dense layers that ends in logits `[batch, classes]`. Weights start as zeros: see `initializeWeights`. */
export function mlp(tf: typeof TensorFlow, shape: MlpShape): TensorFlow.Sequential {
  const { inputs, hidden, classes, activation, dropout } = shape
  const model = tf.sequential()
  hidden.forEach((units, i) => {
    model.add(dense(tf, i === 0 ? inputs : undefined, units, activation))
    if (dropout > 0) model.add(tf.layers.dropout({ rate: dropout }))
  })
  model.add(dense(tf, hidden.length === 0 ? inputs : undefined, classes, 'linear'))
  return model
}

function dense(tf: typeof TensorFlow, inputs: number | undefined, units: number, activation: Activation) {
  return tf.layers.dense({
    units,
    activation: activation, // tfjs's type lacks the newest names
    kernelInitializer: 'zeros', // tfjs's own would draw numbers that nobody uses
    biasInitializer: 'zeros',
    ...(inputs === undefined ? {} : { inputShape: [inputs] }),
  })
}
