import type * as TensorFlow from '@tensorflow/tfjs'

/**
 * LeNet-5 (LeCun et al., 1998) on 28×28 images without padding, as the seed trained it: 44,426 parameters. Takes flat
 * rows `[batch, 784]`, gives logits `[batch, classes]`. Weights start as zeros: see `initializeWeights`.
 */
export function lenet(tf: typeof TensorFlow, classes = 10): TensorFlow.Sequential {
  const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const
  const convolution = (filters: number) => tf.layers.conv2d({ filters, kernelSize: 5, activation: 'tanh', ...zeros })
  const pool = () => tf.layers.averagePooling2d({ poolSize: 2, strides: 2 })
  const dense = (units: number, activation: 'tanh' | 'linear') => tf.layers.dense({ units, activation, ...zeros })
  return tf.sequential({
    layers: [
      tf.layers.reshape({ inputShape: [784], targetShape: [28, 28, 1] }),
      convolution(6),
      pool(),
      convolution(16),
      pool(),
      tf.layers.flatten(),
      dense(120, 'tanh'),
      dense(84, 'tanh'),
      dense(classes, 'linear'),
    ],
  })
}
