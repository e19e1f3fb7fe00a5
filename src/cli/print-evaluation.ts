import { readPixels } from '../datasets/rows.ts'
import { energyOf, type PowerSettings } from '../inference/energy.ts'
import { evaluate, type Mistake } from '../inference/evaluate.ts'
import { openTrial } from '../inference/open-trial.ts'
import { findTrainedTrial } from '../inference/trained-trial.ts'
import { modelCost } from '../models/flops.ts'
import type { DatasetFiles } from '../programs/program.ts'
import { confusionTable } from '../report/confusion-table.ts'
import { drawImage, sideBySide } from '../report/draw-image.ts'
import { formatCompact, formatCount, formatDuration, formatPercent } from '../report/format.ts'
import { describeParameters } from './display/words.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'
import { trialId } from './trial-id.ts'
import type { TrialTools } from './with-trials.ts'

/** Prints how one trial's model does on the test images. */
export async function printEvaluation(
  { store, artifacts, loadTensorFlow }: TrialTools,
  options: {
    readonly trial: string
    readonly worst: number
    readonly cores: number
    readonly json: boolean | undefined
    readonly power: PowerSettings
  },
): Promise<void> {
  const trained = await findTrainedTrial(store, artifacts, trialId(options.trial))
  const { classifier, dataset } = await openTrial(await loadTensorFlow(options.cores), trained)
  const { parameterCount, flops } = modelCost(classifier.model)
  const evaluation = await evaluate(classifier, dataset)
  classifier.dispose()
  const { accuracy, seconds, imagesPerSecond, images, confusion, mistakes } = evaluation
  const energy = energyOf(seconds, options.power)
  const worst = mistakes.slice(0, options.worst)
  if (options.json === true) {
    const { id } = trained.trial
    const counts = { parameter_count: parameterCount, flops, images, correct: evaluation.correct }
    const speed = { elapsed_seconds: seconds, images_per_second: imagesPerSecond }
    const cost = { energy_j: energy.joules, co2eq_mg: energy.co2eqMg }
    const result = { trial: id, ...counts, test_accuracy: accuracy, ...speed, ...cost, confusion, worst }
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    return
  }
  const say = (text = '') => process.stdout.write(`${text}\n`)
  say(colors.bold(`Trial ${trained.trial.id} of ${trained.sweep.name}: ${describeParameters(trained.params)}`))
  const facts: [name: string, value: string][] = [
    ['test accuracy', `${formatPercent(accuracy)}  (${formatCount(mistakes.length)} of ${formatCount(images)} wrong)`],
    ['elapsed', `${formatDuration(seconds)}  (${formatCompact(imagesPerSecond)} images/s)`],
    ['parameters', formatCount(parameterCount)],
    ['FLOPs', formatCount(flops)],
    ['energy', `${energy.joules.toPrecision(3)} J, ${energy.co2eqMg.toPrecision(3)} mg CO2eq`],
  ]
  for (const [name, value] of facts) say(`  ${name.padEnd(14)} ${value}`)
  const { classNames } = dataset
  say(`\n${confusionTable(confusion, classNames, { width: terminalWidth(), unicode: isUnicode() })}`)
  if (worst.length > 0) {
    say('\nIts surest mistakes:\n')
    for (const line of await drawMistakes(dataset, worst, classNames)) say(line)
  }
}

async function drawMistakes(
  dataset: DatasetFiles,
  mistakes: readonly Mistake[],
  classNames: readonly string[],
): Promise<string[]> {
  const { height, width, channels } = dataset
  const drawings = await Promise.all(
    mistakes.map(async ({ row, label, predicted, confidence }) => {
      const pixels = await readPixels(dataset, row, 1)
      const levels = Uint8Array.from({ length: height * width }, (_, i) => pixels[i * channels] ?? 0)
      const caption = `${classNames[label] ?? label}, seen as ${classNames[predicted] ?? predicted}`
      return [
        ...drawImage({ height, width, levels }, { unicode: isUnicode() }),
        caption,
        `(${formatPercent(confidence)})`,
      ]
    }),
  )
  const widest = Math.max(width, ...drawings.flat().map((line) => line.length))
  return sideBySide(drawings, widest, terminalWidth() ?? 160)
}
