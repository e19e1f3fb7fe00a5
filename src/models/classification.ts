import type * as TensorFlow from '@tensorflow/tfjs'
import { accuracy, crossEntropy } from '../tensorflow/losses.ts'
import type { LossFunction } from '../tensorflow/training-step.ts'

/** The loss of a model whose output is logits: columns `x` (examples) and `y` (int32 labels); measures accuracy too. */
export function classification(tf: typeof TensorFlow, model: TensorFlow.LayersModel): LossFunction {
  return ({ x, y }, training) => {
    if (x === undefined || y === undefined) throw new TypeError('expected columns x and y')
    const logits = model.apply(x, { training }) as TensorFlow.Tensor
    return { loss: crossEntropy(tf, y, logits), accuracy: accuracy(tf, y, logits) }
  }
}
