import { printable } from '../printable.ts'
import { firstOf } from '../report/enumerate.ts'
import { formatNumber } from '../report/format.ts'
import { exponents, rangeOf } from './distribution.ts'
import { flatten } from './flatten.ts'
import { sweepNameOf } from './name.ts'
import { serverKeys, type SweepFileContent } from './schema.ts'
import type { Path, SweepSource } from './source.ts'

/** What a file says that means less here, or something else, than its author may think: a line each. */
export function notesOf(written: SweepFileContent & { readonly name: string }, source: SweepSource): string[] {
  const theirs = serverKeys.filter((key) => written[key] !== undefined)
  const name = sweepNameOf(written.name)
  return [
    ...(theirs.length === 0
      ? []
      : [`${theirs.join(', ')}: only W&B’s server needs ${theirs.length > 1 ? 'them' : 'it'}; ignored here.`]),
    ...(written.name === name
      ? []
      : [
          `The sweep "${printable(written.name)}" is ${name} here: the name of a sweep has letters, digits, ".", "_" and "-".`,
        ]),
    ...(written.method === 'grid' ? [] : notesOnWholeNumbers(written, source)),
    ...notesOnExponents(written),
    ...notesOnGoals(written, source),
  ]
}

/** Ranges of whole numbers that may be meant as real ones: from 0 to 1, and with an end such as 1e3. */
function notesOnWholeNumbers({ parameters }: SweepFileContent, source: SweepSource): string[] {
  const whole = flatten(parameters).filter(
    ({ content: { distribution, min, max } }) =>
      distribution === undefined && Number.isInteger(min) && Number.isInteger(max),
  )
  const units = whole.filter(({ content: { min, max } }) => min === 0 && max === 1)
  const powers = whole.flatMap(({ name, path }) => {
    const end = ['min', 'max'].map((key) => source.wordAt([...path, key])).find((word) => word && /^[^x]*e/i.test(word))
    return end === undefined ? [] : [{ name, end }]
  })
  const [power] = powers
  return [
    ...(units.length === 0
      ? []
      : [`${named(units)}: from 0 to 1 are two whole numbers, as W&B reads it; 1.0 makes it all between.`]),
    ...(power === undefined
      ? []
      : [
          `${named(powers)}: a range to ${power.end} is of whole numbers; ${Number(power.end)}.0 makes it all between.`,
        ]),
  ]
}

/** Who writes 0.0001 as a bound of `log_uniform` means that value, and W&B takes it for an exponent. */
function notesOnExponents({ parameters }: SweepFileContent): string[] {
  const values = flatten(parameters).filter(({ content: { distribution, min = 0, max = 0 } }) => {
    return distribution !== undefined && exponents.has(distribution) && min >= 0 && max <= 1
  })
  const [first] = values
  if (first === undefined) return []
  const { min, max } = rangeOf(first.content)
  const { min: low = 0, max: high = 0, distribution = '' } = first.content
  return [
    `${named(values)}: ${distribution} takes exponents of e, as in W&B: ${low} to ${high} draws from ${formatNumber(min)} to ${formatNumber(max)}. ${distribution}_values draws from ${low} to ${high}.`,
  ]
}

/** A metric that grows as a model gets better, and that the file does not say to maximize. */
function notesOnGoals({ metric, metrics = [], objectives = [] }: SweepFileContent, source: SweepSource): string[] {
  const all: { readonly name: string; readonly path: Path }[] = [
    ...(metric === undefined ? [] : [{ name: metric.name, path: ['metric'] }]),
    ...metrics.map(({ name }, k) => ({ name, path: ['metrics', k] })),
    ...objectives.map(({ name }, k) => ({ name, path: ['objectives', k] })),
  ]
  const meant = all.filter(({ name, path }) => growsWithQuality(name) && !source.has([...path, 'goal']))
  if (meant.length === 0) return []
  return [`${named(meant)}: minimized, as no goal is written (W&B’s default). To maximize it write goal: maximize.`]
}

/** True of names such as val_accuracy, top5.acc, f1, AUC, R2, reward. */
function growsWithQuality(name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  if (words.some((word) => /^(loss|error|err|1-acc|regret|inverse|neg|negative)$/.test(word))) return false
  return words.some((word) =>
    /^(acc|accuracy|acc\d|top\d|f1|fbeta|auc|auroc|auprc|roc|ap|map|precision|recall|sensitivity|specificity|iou|miou|dice|bleu|rouge|meteor|r2|score|reward|return|psnr|ssim|mcc|kappa|throughput|hypervolume|win|winrate)$/.test(
      word,
    ),
  )
}

function named(parameters: readonly { readonly name: string }[]): string {
  return firstOf(
    parameters.map(({ name }) => printable(name)),
    5,
  )
}
