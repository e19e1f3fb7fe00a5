import { mlp as mlpModel } from '../models/mlp.ts'
import { classifier } from './classifier.ts'
import { mlpParameters } from './mlp-parameters.ts'

/** The built-in program `mlp`: dense layers on images; its parameters are in `mlp-parameters.ts`. */
export const mlp = classifier({
  parameters: mlpParameters,
  model: (tf, { hidden, activation, dropout }, { height, width, channels, classes }) =>
    mlpModel(tf, { inputs: height * width * channels, hidden, classes, activation, dropout }),
})
