import type { LayersModel, Variable } from '@tensorflow/tfjs'

/** The tfjs variables behind a model's weights, in the order of `model.weights`, or of its trainable weights. */
export function weightsOf(model: LayersModel, trainable = false): Variable[] {
  const weights = trainable ? model.trainableWeights : model.weights
  // `read()` returns the variable itself, declared as a tensor.
  return weights.map((weight) => weight.read()) as unknown as Variable[]
}
