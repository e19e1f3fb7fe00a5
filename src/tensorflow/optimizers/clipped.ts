import type * as TensorFlow from '@tensorflow/tfjs'
import type { Optimizer } from './optimizer.ts'

export interface Clipping {
  /** Each number of a gradient stays within ±value. */
  readonly value?: number
  /** All gradients together are scaled down to this Euclidean norm, where theirs is larger; after `value`. */
  readonly norm?: number
}

/** An optimizer whose gradients are clipped first: `clipped(adam({ learningRate: 1e-3 }), { norm: 1 })`. */
export function clipped(optimizer: Optimizer, { value, norm }: Clipping): Optimizer {
  for (const [name, limit] of Object.entries({ value, norm })) {
    if (limit !== undefined && !(limit > 0)) throw new RangeError(`${name}: expected a number above 0, got ${limit}`)
  }
  return {
    ...optimizer,
    adjust(tf, given) {
      const gradients = optimizer.adjust?.(tf, given) ?? given
      const cut = value === undefined ? gradients : gradients.map((each) => tf.clipByValue(each, -value, value))
      return norm === undefined ? cut : scaledTo(tf, norm, cut)
    },
  }
}

function scaledTo(
  tf: typeof TensorFlow,
  norm: number,
  gradients: readonly TensorFlow.Tensor[],
): readonly TensorFlow.Tensor[] {
  if (gradients.length === 0) return gradients
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)))
  const theirs = tf.sqrt(tf.addN(squares))
  const scale = tf.div(norm, tf.maximum(theirs, norm))
  return gradients.map((gradient) => tf.mul(gradient, scale))
}
