import type * as TensorFlow from '@tensorflow/tfjs'

import { trialFolder } from '../artifacts/artifacts.ts'
import { encodeCheckpoint, weightNames, weightsSha256 } from '../artifacts/checkpoint.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import type { PictureOptions } from '../datasets/picture.ts'
import { SwathError } from '../errors.ts'
import { storeRetrained } from '../store/retrained.ts'
import type { Store } from '../store/store.ts'
import { platform } from '../tensorflow/platform.ts'
import { evaluate, type Evaluation } from './evaluate.ts'
import { openTrial } from './open-trial.ts'
import { pixelsOf, predict, type Picture, type Prediction } from './predict.ts'
import { retrain, usualSteps } from './retrain.ts'
import type { TrainedTrial } from './trained-trial.ts'

export interface Lesson extends PictureOptions {
  readonly pictures: readonly Picture[]
  /** The class that is on all of them, by its name. */
  readonly label: string
  readonly steps: number | undefined
  readonly anchor: boolean
  readonly learningRate: number | undefined
}

/** How a model does: on the pictures that it is taught, and on the test examples. */
export interface Knowledge {
  readonly predictions: readonly Prediction[]
  readonly evaluation: Evaluation
}

export interface Taught {
  /** The trial that has the new weights; its parent is as it was. */
  readonly trialId: number
  readonly sweep: string
  readonly before: Knowledge
  readonly after: Knowledge
  readonly classNames: readonly string[]
}

/** More would read more training examples than memory is for. */
const mostSteps = 10_000

/** Trains a model on pictures, and keeps the result as a trial of its own. */
export async function teach(
  { store, artifacts }: { readonly store: Store; readonly artifacts: SharedArtifacts },
  loadTensorFlow: () => Promise<typeof TensorFlow>,
  trained: TrainedTrial,
  lesson: Lesson,
): Promise<Taught> {
  refuseNumbers(lesson)
  const tf = await loadTensorFlow()
  const opened = await openTrial(tf, trained)
  const { classifier, dataset } = opened
  try {
    const label = labelOf(lesson.label, dataset.classNames)
    const pixels = await pixelsOf(lesson.pictures, dataset, lesson)
    const look = async (): Promise<Knowledge> => ({
      predictions: pixels.map((each) => predict(classifier, each)),
      evaluation: await evaluate(classifier, dataset),
    })
    const before = await look()
    const startedAt = new Date().toISOString()
    const { anchor, learningRate, pictures } = lesson
    const steps = lesson.steps ?? usualSteps(anchor)
    const result = await retrain(tf, opened, trained, { pictures: pixels, label, steps, anchor, learningRate })
    const after = await look()
    if (!after.predictions.every(({ probabilities }) => probabilities.every(Number.isFinite))) {
      throw new SwathError('usage', 'after this the model gives no numbers any more', { hint: 'lower --learning-rate' })
    }
    const paths = pictures.map(({ path }) => path)
    const detail = { parent: trained.trial.id, pictures: paths, label: lesson.label, steps, anchor }
    const made = await storeRetrained(
      store.db,
      {
        ...{ parent: trained.trial, parentSweep: trained.sweep, startedAt, finishedAt: new Date().toISOString() },
        detail: JSON.stringify(learningRate === undefined ? detail : { ...detail, learning_rate: learningRate }),
        weightsSha256: weightsSha256(result),
        runtime: JSON.stringify(platform()),
        reports: [before, after].map((state, epoch) => ({
          ...{ epoch, test_accuracy: state.evaluation.accuracy, confidence: confidenceIn(label, state.predictions) },
        })),
      },
      async (id) => {
        const parts = encodeCheckpoint(weightNames(classifier.model), result, trained.checkpoint.images)
        const kept = artifacts.host.write(`${trialFolder(id)}/attempt-1.safetensors`, parts)
        await artifacts.publish(kept)
        return kept
      },
    )
    return { ...made, before, after, classNames: dataset.classNames }
  } finally {
    classifier.dispose()
  }
}

/** The share of each class's test images that is recognized, before and after. */
export function recognizedByClass({ before, after, classNames }: Pick<Taught, 'before' | 'after' | 'classNames'>) {
  return classNames.map((name, k) => {
    const [old, now] = [before, after].map(({ evaluation: { confusion } }) => {
      const row = confusion[k] ?? []
      const total = row.reduce((sum, count) => sum + count, 0)
      return { correct: row[k] ?? 0, share: total === 0 ? 1 : (row[k] ?? 0) / total }
    })
    return {
      ...{ name, before: old?.share ?? 1, after: now?.share ?? 1 },
      ...{ correctBefore: old?.correct ?? 0, correctAfter: now?.correct ?? 0 },
    }
  })
}

/** Test images that it recognizes now and did not before, and the other way round. */
export function gainedAndLost({ before, after }: Pick<Taught, 'before' | 'after'>) {
  const [old, now] = [before, after].map(({ evaluation }) => new Set(evaluation.mistakes.map(({ row }) => row)))
  const without = (from: Set<number> | undefined, other: Set<number> | undefined) =>
    [...(from ?? [])].filter((row) => other?.has(row) !== true).length
  return { gained: without(old, now), lost: without(now, old) }
}

function confidenceIn(label: number, predictions: readonly Prediction[]): number {
  const sum = predictions.reduce((total, { probabilities }) => total + (probabilities[label] ?? 0), 0)
  return sum / predictions.length
}

function labelOf(text: string, classNames: readonly string[]): number {
  const label = classNames.indexOf(text)
  if (label >= 0) return label
  const known = classNames.length > 20 ? `one of ${classNames.length} classes` : `one of ${classNames.join(', ')}`
  throw new SwathError('usage', `--label ${text}: expected ${known}`)
}

function refuseNumbers({ steps, learningRate }: Lesson): void {
  if (steps !== undefined && (!Number.isInteger(steps) || steps < 1 || steps > mostSteps)) {
    throw new SwathError('usage', `--steps ${steps}: expected a whole number from 1 to ${mostSteps}`)
  }
  if (learningRate !== undefined && !(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new SwathError('usage', `--learning-rate ${learningRate}: expected a number above 0`)
  }
}
