import type { Analysis, FrontReading } from '../results/analyse.ts'
import type { Importances } from '../results/importance.ts'
import type { Mean } from '../metrics/mean.ts'
import type { PointReading } from '../results/point-reading.ts'
import type { Parameters } from '../programs/program.ts'
import { differenceWords } from '../report/difference-words.ts'
import { counted } from '../report/enumerate.ts'
import { formatMetric, formatMetricMean, formatNumber } from '../report/format.ts'
import { titleOf } from '../report/pareto-table.ts'
import { bar } from '../report/probability-bars.ts'
import { sparkline } from '../report/sparkline.ts'
import { columnsOf, textTable, type TableRow } from '../report/text-table.ts'
import { wrapText } from '../report/wrap.ts'
import { describeParameters } from './display/words.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'

/** Points of a front that are listed. */
const mostOfFront = 10
const barWidth = 20
/** Characters of a line of text, where the terminal has more. */
const widest = 100

/** Prints what a sweep's trials say, for people: the best, the front, what matters, what to try. */
export function printAnalysis(name: string, analysis: Analysis, varying: readonly string[]): void {
  const { best, front } = analysis
  if (best === null) return
  say('')
  if (front === null) printBest(analysis, best, varying)
  else printFront(front, analysis, varying)
  say(colors.dim(`\`swath show ${name} --best > best.yaml\` writes its settings as a sweep file.`))
  if (analysis.importances.length > 0) printImportances(analysis.importances)
  if (analysis.advice.length === 0) return
  say('')
  say(`${colors.bold('To try next:')} ${analysis.advice.map(({ text }) => text).join('; ')}.`)
}

function printBest(
  { objectives, second, difference, repeat }: Analysis,
  best: PointReading,
  varying: readonly string[],
): void {
  say(`${colors.bold('Best:')} ${pointWords(best, varying)} (trial ${best.trial})`)
  const [objective] = objectives
  if (second === null || objective === undefined || repeat === 1) return
  const other = describeParameters(pick(second.params, varying)) || `trial ${second.trial}`
  if (difference === null) say(`Whether it is better than ${other} takes two seeds of each to tell.`)
  else if (difference.difference === 0) say(`It is as good as ${other}.`)
  else say(`It is better than ${other} by ${differenceWords(difference, objective.name, 'seed')}.`)
}

function printFront(
  { points, reference, history }: FrontReading,
  { objectives, points: all, repeat }: Analysis,
  varying: readonly string[],
): void {
  const of = `${points.length} of ${counted(all, 'point')}`
  say(`${colors.bold('Front:')} ${of} that no other one beats`)
  const rows = points.slice(0, mostOfFront).map(({ trial, params, values }): TableRow => ({
    trial,
    ...(repeat > 1 ? { seeds: values[objectives[0]?.name ?? '']?.n } : {}),
    ...Object.fromEntries(objectives.map(({ name }) => [titleOf(name), meanWords(name, values[name])])),
    ...Object.fromEntries(varying.map((key) => [key, params[key] === undefined ? null : describeValue(params[key])])),
  }))
  const columns = columnsOf(Object.keys(rows[0] ?? {}), rows).map((column) => ({ ...column, align: 'right' as const }))
  process.stdout.write(`${textTable(columns, rows, { width: terminalWidth(), unicode: isUnicode() })}\n`)
  if (points.length > rows.length) say(`… and ${points.length - rows.length} more: swath pareto`)
  const last = history.at(-1)
  if (last === undefined || !(last.hypervolume > 0)) return
  const moments = [0.1, 0.25, 0.5].map((share) => {
    const then = history.find((moment) => moment.points >= share * last.points)
    return `${Math.round((100 * (then?.hypervolume ?? 0)) / last.hypervolume)} % after ${100 * share} %`
  })
  const line = sparkline(
    history.map(({ hypervolume }) => hypervolume),
    { unicode: isUnicode() },
  )
  const worst = Object.entries(reference).map(([name, value]) => `${titleOf(name)} ${formatMetric(name, value)}`)
  say(`Hypervolume ${line} ${moments.join(', ')} of the points; up to the worst, ${worst.join(' and ')}`)
}

function printImportances(all: readonly Importances[]): void {
  const [first] = all
  if (first === undefined) return
  say('')
  say(
    `${colors.bold('What matters')} for being among the best ${first.best} of ${counted(first.points, 'point')} (PED-ANOVA):`,
  )
  const isAlone = all.length === 1
  const rows = first.parameters.map(({ name }): TableRow => {
    const shares = all.map(({ objective, parameters }) => {
      const share = parameters.find((each) => each.name === name)?.importance ?? 0
      return [titleOf(objective), `${Math.round(100 * share)} %`] as const
    })
    const share = first.parameters.find((each) => each.name === name)?.importance ?? 0
    return {
      parameter: name,
      ...Object.fromEntries(shares),
      ...(isAlone ? { '': bar(share, barWidth, isUnicode()) } : {}),
    }
  })
  const columns = columnsOf(Object.keys(rows[0] ?? {}), rows).map((column, k) => {
    return { ...column, align: k > 0 && column.key !== '' ? ('right' as const) : ('left' as const) }
  })
  process.stdout.write(`${textTable(columns, rows, { width: terminalWidth(), unicode: isUnicode() })}\n`)
}

function pointWords({ params, values }: PointReading, varying: readonly string[]): string {
  const metrics = Object.entries(values).map(([name, mean]) => `${titleOf(name)} ${meanWords(name, mean)}`)
  const seeds = Object.values(values)[0]?.n ?? 1
  const parameters = describeParameters(pick(params, varying))
  return `${metrics.join(', ')}${seeds > 1 ? ` over ${seeds} seeds` : ''}${parameters === '' ? '' : ` with ${parameters}`}`
}

function meanWords(name: string, mean: Mean | undefined): string {
  return mean === undefined ? '' : formatMetricMean(name, mean.mean, mean.se)
}

function describeValue(value: Parameters[string]): string {
  return typeof value === 'number' ? formatNumber(value) : typeof value === 'string' ? value : JSON.stringify(value)
}

function pick(params: Parameters, names: readonly string[]): Parameters {
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name)))
}

function say(text: string): void {
  const width = terminalWidth()
  for (const line of wrapText(text, width === undefined ? Infinity : Math.min(width, widest)))
    process.stdout.write(`${line}\n`)
}
