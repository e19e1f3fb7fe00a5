import type { Prediction } from '../inference/predict.ts'
import { readPictures } from '../inference/predict.ts'
import { recognizedByClass, teach, type Taught } from '../inference/teach.ts'
import { findTrainedTrial } from '../inference/trained-trial.ts'
import { formatPercent } from '../report/format.ts'
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

/** Trains a model on pictures, keeps the result as a trial of its own, and prints what it did for better and worse. */
export async function retrainAndPrint(tools: TrialTools, options: RetrainCommandOptions): Promise<void> {
  const trained = await findTrainedTrial(tools.store, tools.artifacts, trialId(options.trial))
  const lesson = { ...options, pictures: await readPictures(options.paths) }
  const taught = await teach(tools, () => tools.loadTensorFlow(1), trained, lesson)
  print({ ...options, ...taught })
}

function print(done: Taught & Pick<RetrainCommandOptions, 'paths' | 'trial' | 'json'>): void {
  const { paths, before, after, classNames } = done
  const named = ({ label, confidence }: Prediction) => ({ label: classNames[label] ?? String(label), confidence })
  const changes = paths.flatMap((path, i) => {
    const [old, now] = [before.predictions[i], after.predictions[i]]
    return old === undefined || now === undefined ? [] : [{ image: path, before: named(old), after: named(now) }]
  })
  const classes = recognizedByClass(done)
  const [accuracyBefore, accuracyAfter] = [before.evaluation.accuracy, after.evaluation.accuracy]
  if (done.json === true) {
    const accuracy = { test_accuracy: { before: accuracyBefore, after: accuracyAfter } }
    const result = { trial: done.trialId, sweep: done.sweep, parent: Number(done.trial), images: changes, ...accuracy }
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
  say(`\nKept as trial ${done.trialId} of ${done.sweep}; its parent, trial ${done.trial}, is as it was.`)
}
