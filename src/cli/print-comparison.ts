import { compareSweeps, type ComparedSweep, type SweepComparison } from '../results/compare.ts'
import { differenceWords } from '../report/difference-words.ts'
import { formatCompact, formatDuration, formatMetric, formatMetricMean, formatNumber } from '../report/format.ts'
import { titleOf } from '../report/pareto-table.ts'
import { textTable, type TableRow } from '../report/text-table.ts'
import { wrapText } from '../report/wrap.ts'
import { findSweep } from '../store/find-sweep.ts'
import type { Store } from '../store/store.ts'
import { describeParameters } from './display/words.ts'
import type { FormatOptions } from './format-options.ts'
import { printJsonParts, printRows } from './print-rows.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'

const widest = 100

/** Prints two sweeps side by side. */
export async function printComparison(
  store: Store,
  [one, other]: readonly [string, string],
  format: FormatOptions,
): Promise<void> {
  const sweeps = [await findSweep(store, one), await findSweep(store, other)] as const
  const comparison = await compareSweeps(store.db, sweeps)
  if (format.json === true) printJsonParts({ ...comparison })
  else if (format.csv === true) printRows(comparison.sweeps.map(flatRow), { ...format, empty: '' })
  else printSideBySide(comparison)
}

function flatRow({ best, ...sweep }: ComparedSweep): TableRow {
  const values = Object.entries(best.values).map(([name, { mean, se, n }]) => {
    return { [`best_${name}`]: mean, [`best_${name}_se`]: se, best_seeds: n }
  })
  return { ...sweep, best_trial: best.trial, ...(Object.assign({}, ...values) as TableRow) }
}

function printSideBySide(comparison: SweepComparison): void {
  const { sweeps, objectives, reference, shared } = comparison
  const [a, b] = sweeps
  const line = (title: string, cellOf: (sweep: ComparedSweep) => string): TableRow => {
    return { title, one: cellOf(a), other: cellOf(b) }
  }
  const some = (cellOf: (sweep: ComparedSweep) => string | null, title: string) =>
    sweeps.some((sweep) => cellOf(sweep) !== null) ? [line(title, (sweep) => cellOf(sweep) ?? '')] : []
  const rows = [
    line('method', ({ method }) => method),
    line('trials', ({ trials }) => String(trials)),
    line('completed', ({ completed }) => String(completed)),
    ...some(({ stopped }) => (stopped > 0 ? String(stopped) : null), 'stopped'),
    ...some(({ failed }) => (failed > 0 ? String(failed) : null), 'failed'),
    line('time of all trials', ({ hours }) => formatDuration(3_600 * hours)),
    ...some(({ flop_epochs: work }) => (work === null ? null : formatCompact(work)), 'FLOPs × epochs'),
    ...objectives.map(({ name }, k) =>
      line(`${k === 0 ? 'best' : 'its'} ${titleOf(name)}`, ({ best }) => {
        const { mean = NaN, se = null } = best.values[name] ?? {}
        return formatMetricMean(name, mean, se)
      }),
    ),
    line('of trial', ({ best }) => String(best.trial)),
    ...some(({ hypervolume }) => (hypervolume === null ? null : formatNumber(hypervolume)), 'hypervolume'),
  ]
  const columns = [
    { key: 'title', title: '', align: 'left' },
    { key: 'one', title: a.name, align: 'right' },
    { key: 'other', title: b.name, align: 'right' },
  ] as const
  process.stdout.write(`${textTable(columns, rows, { width: terminalWidth(), unicode: isUnicode() })}\n\n`)
  for (const { best, name } of sweeps) say(`The best of ${name}: ${describeParameters(best.params)}.`)
  if (objectives.length > 1) {
    const worst = Object.entries(reference).map(([name, value]) => `${titleOf(name)} ${formatMetric(name, value)}`)
    say(`Hypervolumes are measured up to the worst of both, ${worst.join(' and ')}.`)
  }
  for (const text of verdicts(comparison, shared)) say(text)
}

function verdicts({ sweeps: [a, b], objectives, differences, betweenBest }: SweepComparison, shared: number): string[] {
  const better = (name: string, difference: number) => {
    const goal = objectives.find((objective) => objective.name === name)?.goal
    return difference > 0 === (goal === 'maximize') ? a.name : b.name
  }
  const all = differences.map(({ objective, difference }) => {
    const what = titleOf(objective)
    if (difference === null) return `Too few points are completed to tell whether ${what} differs.`
    if (difference.difference === 0) return `Neither is better in ${what} (${shared} points in common).`
    const words = differenceWords(difference, objective, 'point')
    return `The points of ${colors.bold(better(objective, difference.difference))} are better in ${what} by ${words}.`
  })
  const [first] = objectives
  if (betweenBest === null || first === undefined || betweenBest.difference === 0) return all
  const words = differenceWords(betweenBest, first.name, 'seed')
  return [...all, `The best of ${better(first.name, betweenBest.difference)} is better by ${words}.`]
}

function say(text: string): void {
  const width = terminalWidth()
  for (const line of wrapText(text, width === undefined ? Infinity : Math.min(width, widest)))
    process.stdout.write(`${line}\n`)
}
