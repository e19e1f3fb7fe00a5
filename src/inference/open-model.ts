import type * as TensorFlow from '@tensorflow/tfjs'
import { weightNames, type Checkpoint } from '../artifacts/checkpoint.ts'
import { pixelScale } from '../datasets/columns.ts'
import { programParameters } from '../datasets/of-trial.ts'
import { SwathError } from '../errors.ts'
import { loadProgram } from '../programs/load.ts'
import type { ImageShape, PixelScale } from '../programs/program.ts'
import type { TrainedTrial } from './trained-trial.ts'

export interface TrainedModel {
  readonly model: TensorFlow.LayersModel
  /** How it takes pixels. */
  readonly scale: PixelScale
}

/**
 * The model of a trial, with its trained weights.
 *
 * @throws SwathError('artifact') if the checkpoint is of another model, SwathError('program') if the trial's program is
 * gone or has no model any more
 */
export async function openModel(
  tf: typeof TensorFlow,
  { trial, params, settings, checkpoint }: TrainedTrial,
): Promise<TrainedModel> {
  const program = await loadProgram(settings.program)
  if (program.model === undefined) {
    throw new SwathError('program', `the program of trial ${trial.id} has no model any more`, {
      hint: 'undo the change to it: a checkpoint needs the model that it was trained in',
    })
  }
  const model = program.model(tf, programParameters(params), checkpoint.images)
  try {
    setWeights(tf, model, checkpoint, trial.id)
    return { model, scale: program.pixelScale ?? pixelScale }
  } catch (error) {
    model.dispose()
    throw error
  }
}

function setWeights(
  tf: typeof TensorFlow,
  model: TensorFlow.LayersModel,
  { weights }: Checkpoint,
  trialId: number,
): void {
  const describe = ({ name, shape }: { name: string; shape: readonly number[] }) => `${name} [${shape.join(', ')}]`
  const [expected, found] = [weightNames(model).map(describe), weights.map(describe)]
  const at = Array.from({ length: Math.max(expected.length, found.length) }, (_, i) => i).find(
    (i) => expected[i] !== found[i],
  )
  if (at !== undefined) {
    const message = `the checkpoint of trial ${trialId} is of another model: expected ${expected[at] ?? 'no more weights'}, found ${found[at] ?? 'no more'}`
    throw new SwathError('artifact', message, { hint: 'did its program change since it was trained?' })
  }
  tf.tidy(() => {
    model.setWeights(weights.map(({ values, shape }) => tf.tensor(values, [...shape])))
  })
}

/** What the images of a trial are like. @throws SwathError('program') if it was not trained on images */
export function imagesOf({ trial, checkpoint: { images } }: TrainedTrial): ImageShape {
  if (images !== undefined) return images
  throw new SwathError('program', `trial ${trial.id} was not trained on labelled images`, {
    hint: 'evaluate, predict and retrain are for classifiers of images; `swath export` works for any model',
  })
}
