import { pixelsOf, predict, readPictures, type Prediction } from '../inference/predict.ts'
import { openTrial } from '../inference/open-trial.ts'
import { findTrainedTrial } from '../inference/trained-trial.ts'
import type { ImageShape } from '../programs/program.ts'
import { drawImage } from '../report/draw-image.ts'
import { formatPercent } from '../report/format.ts'
import { probabilityBars } from '../report/probability-bars.ts'
import type { PictureFlags } from './picture-options.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'
import { trialId } from './trial-id.ts'
import type { TrialTools } from './with-trials.ts'

/** Prints what a model takes pictures for: nothing, if one of them is not to be read. */
export async function printPredictions(
  { store, artifacts, loadTensorFlow }: TrialTools,
  options: PictureFlags & {
    readonly trial: string
    readonly paths: readonly string[]
    readonly json: boolean | undefined
  },
): Promise<void> {
  const trained = await findTrainedTrial(store, artifacts, trialId(options.trial))
  const pictures = await readPictures(options.paths)
  const { classifier, dataset } = await openTrial(await loadTensorFlow(1), trained)
  const all = await pixelsOf(pictures, dataset, options)
  const [first] = all
  // TensorFlow makes its kernels ready when it meets them.
  if (first !== undefined) predict(classifier, first)
  const results = all.map((pixels, i) => {
    const began = performance.now()
    const prediction = predict(classifier, pixels)
    return { path: options.paths[i] ?? '', pixels, prediction, ms: performance.now() - began }
  })
  classifier.dispose()
  const { classNames } = dataset
  if (options.json === true) {
    const rows = results.map(({ path, prediction: { label, confidence, probabilities }, ms }) => ({
      ...{ image: path, label: classNames[label], confidence, ms },
      probabilities: Object.fromEntries(probabilities.map((share, k) => [classNames[k] ?? k, share])),
    }))
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    return
  }
  results.forEach(({ path, pixels, prediction, ms }, i) => {
    const { label, confidence } = prediction
    if (i > 0) process.stdout.write('\n')
    const answer = colors.bold(`${classNames[label] ?? label}, ${formatPercent(confidence)} sure`)
    process.stdout.write(`${path}: ${answer}, in ${ms.toFixed(2)} ms\n\n`)
    for (const line of drawn(pixels, dataset, prediction, classNames)) process.stdout.write(`${line}\n`)
  })
}

const barWidth = 24

/** What the model saw, beside how likely it finds each class. */
function drawn(
  pixels: Uint8Array,
  { height, width, channels }: ImageShape,
  { probabilities }: Prediction,
  classNames: readonly string[],
): string[] {
  const unicode = isUnicode()
  const bars = probabilityBars(probabilities, classNames, { width: barWidth, unicode, bold: colors.bold })
  if (width + barWidth + 20 > (terminalWidth() ?? 100)) return bars
  const levels = Uint8Array.from({ length: height * width }, (_, i) => pixels[i * channels] ?? 0)
  const image = drawImage({ height, width, levels }, { unicode })
  const down = Math.max(0, Math.floor((image.length - bars.length) / 2))
  return Array.from({ length: Math.max(image.length, bars.length + down) }, (_, line) =>
    `${(image[line] ?? '').padEnd(width)}  ${bars[line - down] ?? ''}`.trimEnd(),
  )
}
