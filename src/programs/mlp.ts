import { initializeWeights } from '../models/initialize.ts'
import { mlp as mlpModel } from '../models/mlp.ts'
import { namedOptimizer } from '../tensorflow/optimizers/named.ts'
import { mlpParameters, type MlpParameters } from './mlp-parameters.ts'
import { defineProgram } from './program.ts'
import { trainClassifier } from './train-classifier.ts'

/** The built-in program `mlp`: dense layers on images; its parameters are in `mlp-parameters.ts`. */
export const mlp = defineProgram({
  check(params) {
    mlpParameters(params)
  },
  model: (tf, params) => mlpModel(tf, shapeOf(mlpParameters(params), mnist)),
  async train(trial) {
    const { tf, dataset } = trial
    const params = mlpParameters(trial.params)
    const seed = params.seed ?? trial.seed
    const inputs = dataset === undefined ? mnist.inputs : dataset.height * dataset.width
    const model = mlpModel(tf, shapeOf(params, { inputs, classes: dataset?.classes ?? mnist.classes }))
    try {
      initializeWeights(tf, model, params.init, seed)
      const { batch_size: batchSize, epochs, precision } = params
      const optimizer = namedOptimizer(params)
      return await trainClassifier(trial, { model, seed, optimizer, batchSize, epochs, precision })
    } finally {
      model.dispose()
    }
  },
})

/** What `model` assumes of the data, which it isn't told. */
const mnist = { inputs: 784, classes: 10 }

function shapeOf({ hidden, activation, dropout }: MlpParameters, data: typeof mnist) {
  return { ...data, hidden, activation, dropout }
}
