import { trialFolder } from '../artifacts/artifacts.ts'
import { encodeCheckpoint, weightNames, weightsSha256 } from '../artifacts/checkpoint.ts'
import { SwathError } from '../errors.ts'
import { evaluate, type Evaluation } from '../inference/evaluate.ts'
import { openTrial } from '../inference/open-trial.ts'
import { pixelsOf, predict, readPictures, type Prediction } from '../inference/predict.ts'
import { retrain, usualSteps } from '../inference/retrain.ts'
import { findTrainedTrial } from '../inference/trained-trial.ts'
import { formatPercent } from '../report/format.ts'
import { storeRetrained } from '../store/retrained.ts'
import type { PictureFlags } from './picture-options.ts'
import { printRows } from './print-rows.ts'
import { colors } from './terminal.ts'
import { trialId } from './trial-id.ts'
import type { TrialTools } from './with-trials.ts'

export interface RetrainCommandOptions extends PictureFlags {
  readonly trial: string
  readonly paths: readonly string[]
  readonly label: string
  readonly steps: number | undefined
  readonly anchor: boolean
  readonly learningRate: number | undefined
  readonly json: boolean | undefined
}

/** More would read more training examples than memory is for. */
const mostSteps = 10_000

/** Trains a model on pictures, keeps the result as a trial of its own, and prints what it did for better and worse. */
export async function retrainAndPrint(
  { store, artifacts, loadTensorFlow }: TrialTools,
  options: RetrainCommandOptions,
): Promise<void> {
  refuseNumbers(options)
  const trained = await findTrainedTrial(store, artifacts, trialId(options.trial))
  const pictures = await readPictures(options.paths)
  const tf = await loadTensorFlow(1)
  const opened = await openTrial(tf, trained)
  const { classifier, dataset } = opened
  const label = labelOf(options.label, dataset.classNames)
  const pixels = await pixelsOf(pictures, dataset, options)

  const look = async () => ({
    predictions: pixels.map((each) => predict(classifier, each)),
    evaluation: await evaluate(classifier, dataset),
  })
  const before = await look()
  const startedAt = new Date().toISOString()
  const { anchor, learningRate } = options
  const steps = options.steps ?? usualSteps(anchor)
  const result = await retrain(tf, opened, trained, { pictures: pixels, label, steps, anchor, learningRate })
  const after = await look()

  if (!after.predictions.every(({ probabilities }) => probabilities.every(Number.isFinite))) {
    throw new SwathError('usage', 'after this the model gives no numbers any more', { hint: 'lower --learning-rate' })
  }

  const detail = { parent: trained.trial.id, pictures: options.paths, label: options.label, steps, anchor }
  const made = await storeRetrained(
    store.db,
    {
      ...{ parent: trained.trial, parentSweep: trained.sweep, startedAt, finishedAt: new Date().toISOString() },
      detail: JSON.stringify(learningRate === undefined ? detail : { ...detail, learning_rate: learningRate }),
      weightsSha256: weightsSha256(result),
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
  classifier.dispose()
  print({ ...options, made, before, after, classNames: dataset.classNames })
}

interface State {
  readonly predictions: readonly Prediction[]
  readonly evaluation: Evaluation
}

function print(done: {
  readonly paths: readonly string[]
  readonly trial: string
  readonly json: boolean | undefined
  readonly made: { readonly sweep: string; readonly trialId: number }
  readonly before: State
  readonly after: State
  readonly classNames: readonly string[]
}): void {
  const { paths, made, before, after, classNames } = done
  const named = ({ label, confidence }: Prediction) => ({ label: classNames[label] ?? String(label), confidence })
  const changes = paths.flatMap((path, i) => {
    const [old, now] = [before.predictions[i], after.predictions[i]]
    return old === undefined || now === undefined ? [] : [{ image: path, before: named(old), after: named(now) }]
  })
  const classes = classNames.map((name, k) => ({ name, ...recognized(k, before.evaluation, after.evaluation) }))
  const [accuracyBefore, accuracyAfter] = [before.evaluation.accuracy, after.evaluation.accuracy]
  if (done.json === true) {
    const accuracy = { test_accuracy: { before: accuracyBefore, after: accuracyAfter } }
    const result = { trial: made.trialId, sweep: made.sweep, parent: Number(done.trial), images: changes, ...accuracy }
    process.stdout.write(`${JSON.stringify({ ...result, classes }, null, 2)}\n`)
    return
  }
  const say = (text = '') => process.stdout.write(`${text}\n`)
  const described = ({ label, confidence }: { label: string; confidence: number }) =>
    `${label} (${formatPercent(confidence)})`
  for (const change of changes) {
    say(`${change.image}: ${described(change.before)} → ${colors.bold(described(change.after))}`)
  }
  const gained = after.evaluation.correct - before.evaluation.correct
  const difference = `${gained > 0 ? '+' : ''}${gained} of ${after.evaluation.images} test images`
  say(`test accuracy: ${formatPercent(accuracyBefore)} → ${colors.bold(formatPercent(accuracyAfter))} (${difference})`)
  const worse = classes
    .filter((each) => each.after < each.before)
    .sort((a, b) => a.after - a.before - b.after + b.before)
  say(worse.length === 0 ? 'No class got worse.' : '\nWhat got worse:\n')
  if (worse.length > 0) {
    const rows = worse.map((each) => ({
      ...{ class: each.name, before: formatPercent(each.before), after: formatPercent(each.after) },
      images: each.correctAfter - each.correctBefore,
    }))
    printRows(rows, { json: false, csv: false, empty: '' })
  }
  say(`\nKept as trial ${made.trialId} of ${made.sweep}; its parent, trial ${done.trial}, is as it was.`)
}

/** The share of a class's test images that is recognized, before and after. */
function recognized(k: number, ...evaluations: [before: Evaluation, after: Evaluation]) {
  const [before, after] = evaluations.map(({ confusion }) => {
    const row = confusion[k] ?? []
    const total = row.reduce((sum, count) => sum + count, 0)
    return { correct: row[k] ?? 0, share: total === 0 ? 1 : (row[k] ?? 0) / total }
  })
  return {
    ...{ before: before?.share ?? 1, after: after?.share ?? 1 },
    ...{ correctBefore: before?.correct ?? 0, correctAfter: after?.correct ?? 0 },
  }
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

function refuseNumbers({ steps, learningRate }: RetrainCommandOptions): void {
  if (steps !== undefined && (!Number.isInteger(steps) || steps < 1 || steps > mostSteps)) {
    throw new SwathError('usage', `--steps ${steps}: expected a whole number from 1 to ${mostSteps}`)
  }
  if (learningRate !== undefined && !(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new SwathError('usage', `--learning-rate ${learningRate}: expected a number above 0`)
  }
}
