import type * as TensorFlow from '@tensorflow/tfjs'
import { TrialDatasets } from '../datasets/of-trial.ts'
import { SwathError } from '../errors.ts'
import type { DatasetFiles, ImageShape } from '../programs/program.ts'
import { Classifier } from './classifier.ts'
import { imagesOf, openModel } from './open-model.ts'
import type { TrainedTrial } from './trained-trial.ts'

/** A trained classifier, and the data set that it was trained on. */
export interface OpenTrial {
  readonly classifier: Classifier
  readonly dataset: DatasetFiles
}

/** @throws SwathError as `openModel`, or 'dataset' if its data set is gone or has other images by now */
export async function openTrial(tf: typeof TensorFlow, trained: TrainedTrial): Promise<OpenTrial> {
  const images = imagesOf(trained)
  const dataset = await new TrialDatasets(trained.settings.dataset).of(trained.params)
  if (dataset === undefined) throw new Error(`trial ${trained.trial.id} has images but no data set`)
  if (describe(dataset) !== describe(images)) {
    const message = `trial ${trained.trial.id} was trained on ${describe(images)}; ${dataset.name} has ${describe(dataset)} now`
    throw new SwathError('dataset', message, { hint: 'put the data set back as it was' })
  }
  const opened = await openModel(tf, trained)
  try {
    return { classifier: new Classifier(tf, opened, images), dataset }
  } catch (error) {
    opened.model.dispose()
    throw error
  }
}

function describe({ height, width, channels, classes }: ImageShape): string {
  return `images of ${height}×${width}×${channels} in ${classes} classes`
}
