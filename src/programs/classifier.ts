import type * as TensorFlow from '@tensorflow/tfjs'
import { initializeWeights } from '../models/initialize.ts'
import { namedOptimizer } from '../tensorflow/optimizers/named.ts'
import { defineProgram, type ImageShape, type Parameters, type TrialProgram } from './program.ts'
import { trainClassifier } from './train-classifier.ts'
import type { TrainingParameters } from './training-parameters.ts'

/** What one built-in network has of its own. */
interface Network<P extends TrainingParameters> {
  /** Checks and completes a point. @throws Error whose message names the parameter */
  parameters(params: Parameters): P
  /** The model for these images: takes flat rows, gives logits. */
  model(tf: typeof TensorFlow, params: P, images: ImageShape): TensorFlow.LayersModel
}

/** A network as a trial program: trained on a data set of labelled images, its weights drawn from the trial's seed. */
export function classifier<P extends TrainingParameters>(network: Network<P>): TrialProgram {
  return defineProgram({
    check(params) {
      network.parameters(params)
    },
    model: (tf, params, images) => network.model(tf, network.parameters(params), needed(images)),
    async train(trial) {
      const { tf } = trial
      const params = network.parameters(trial.params)
      const seed = params.seed ?? trial.seed
      const model = network.model(tf, params, needed(trial.dataset))
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
}

function needed<T>(dataset: T | undefined): T {
  if (dataset === undefined) throw new Error('dataset: expected a data set of images, got none')
  return dataset
}
