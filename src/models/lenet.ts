import type * as TensorFlow from '@tensorflow/tfjs'
import type { Activation } from './activations.ts'

export interface LenetShape {
  /** Of the images, from 16 × 16. */
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly classes: number
  readonly activation: Activation
}

/**
 * LeNet-5 (LeCun et al., 1998) without padding, as the seed trained it: 44,426 parameters on 28×28 grey images. Takes flat
 * rows `[batch, height × width × channels]`, gives logits `[batch, classes]`. Weights start as zeros: see
 * `initializeWeights`.
 */
export function lenet(tf: typeof TensorFlow, shape: LenetShape): TensorFlow.Sequential {
  const { height, width, channels, classes, activation } = shape
  const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const
  const convolution = (filters: number) => tf.layers.conv2d({ filters, kernelSize: 5, activation, ...zeros })
  const pool = () => tf.layers.averagePooling2d({ poolSize: 2, strides: 2 })
  const dense = (units: number, own: Activation = activation) => tf.layers.dense({ units, activation: own, ...zeros })
  return tf.sequential({
    layers: [
      tf.layers.reshape({ inputShape: [height * width * channels], targetShape: [height, width, channels] }),
      convolution(6),
      pool(),
      convolution(16),
      pool(),
      tf.layers.flatten(),
      dense(120),
      dense(84),
      dense(classes, 'linear'),
    ],
  })
}
