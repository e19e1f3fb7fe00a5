import type * as TensorFlow from '@tensorflow/tfjs'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { randomStream } from '../random/stream.ts'

/**
 * How weights start:
 * - `fan_in`: weights and biases uniform in ±1/√fan_in (PyTorch's default, the seed's)
 * - `glorot`: weights uniform in ±√(6/(fan_in + fan_out)), biases 0 (Glorot and Bengio, 2010)
 * - `he`: weights uniform in ±√(6/fan_in), biases 0 (He et al., 2015)
 */
export type Initialization = (typeof initializations)[number]
export const initializations = ['fan_in', 'glorot', 'he'] as const

/**
 * Draws all kernels and biases of a model's dense and convolution layers from the seed: the same bits on any backend.
 * The numbers are drawn in layer order, each kernel before its bias.
 */
export function initializeWeights(
  tf: typeof TensorFlow,
  model: TensorFlow.LayersModel,
  init: Initialization,
  seed: number,
): void {
  const stream = randomStream(seed, 'weights')
  for (const layer of model.layers) {
    const shape = layer.weights[0]?.shape.map(Number)
    if (shape === undefined || shape.length < 2) continue
    const [fanOut = 1] = shape.slice(-1)
    const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1)
    tf.tidy(() => {
      layer.setWeights(
        layer.weights.map((weight, i) => {
          const size = weight.shape.map(Number)
          const limit = i === 0 ? kernelLimit(init, fanIn, fanOut) : init === 'fan_in' ? 1 / Math.sqrt(fanIn) : 0
          const values = new Float32Array(size.reduce((product, length) => product * length, 1))
          if (limit > 0) for (let j = 0; j < values.length; j++) values[j] = (2 * uniformFloat64(stream) - 1) * limit
          return tf.tensor(values, size)
        }),
      )
    })
  }
}

function kernelLimit(init: Initialization, fanIn: number, fanOut: number): number {
  switch (init) {
    case 'fan_in':
      return 1 / Math.sqrt(fanIn)
    case 'glorot':
      return Math.sqrt(6 / (fanIn + fanOut))
    case 'he':
      return Math.sqrt(6 / fanIn)
  }
}
