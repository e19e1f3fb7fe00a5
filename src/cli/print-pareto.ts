import { paretoSplit } from '../report/pareto.ts'
import { frontPlot } from '../report/front-plot.ts'
import { paretoTable, titleOf, type ParetoRow } from '../report/pareto-table.ts'
import type { TableRow } from '../report/text-table.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { FormatOptions } from './format-options.ts'
import { noteMore, rowLimit, type LimitOption } from './limit.ts'
import type { AxisOptions } from './pareto-axes.ts'
import type { SeedsOption } from './seeds-option.ts'
import { printRows } from './print-rows.ts'
import { readPareto } from './read-pareto.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'

const plotHeight = 15
const widestPlot = 76

/** `test_accuracy_se`, …: the standard errors beside the means. */
function errorColumns(errors: Readonly<Record<string, number | null>>): TableRow {
  return Object.fromEntries(Object.entries(errors).map(([name, se]) => [`${name}_se`, se]))
}

/** Prints what accuracy costs in a sweep: the table and, on a terminal's worth of room, the plot of the front. */
export async function printPareto(
  store: Store,
  sweep: SweepRow,
  { x, y, limit, seeds, json, csv }: AxisOptions & SeedsOption & Partial<FormatOptions & LimitOption>,
): Promise<void> {
  const { rows, axes, hidden } = await readPareto(store, sweep, { x, y, seeds, limit: rowLimit({ limit, json, csv }) })
  if (axes.length === 0 && rows.length > 0 && json !== true && csv !== true) {
    process.stdout.write(`The trials of ${sweep.name} have reported no metric.\n`)
    return
  }
  if (json === true || csv === true) {
    const { front, dominated, incomplete } = paretoSplit(rows, axes, (row) => row.values)
    const flat = (on_front: boolean) => (row: ParetoRow) => ({
      trial: row.trial,
      on_front,
      ...row.values,
      ...row.parameters,
      ...(row.seeds && { seeds: row.seeds.count, ...errorColumns(row.seeds.errors) }),
    })
    printRows([...front.map(flat(true)), ...[...dominated, ...incomplete].map(flat(false))], { json, csv, empty: '' })
    return
  }
  if (rows.length === 0) {
    process.stdout.write(`${sweep.name} has no completed trial yet.\n`)
    return
  }
  const width = terminalWidth()
  const unicode = isUnicode()
  const [cost, gain] = axes
  const title =
    cost === undefined || gain === undefined
      ? titleOf(axes[0]?.key ?? '')
      : `${titleOf(gain.key)} against ${titleOf(cost.key)}`
  process.stdout.write(`\n${colors.bold(`${sweep.name}: ${title}`)}\n\n`)
  process.stdout.write(`${paretoTable(rows, axes, { width, dim: colors.dim, bold: colors.bold, unicode })}\n`)
  noteMore(hidden, {})
  if (cost === undefined || gain === undefined) return

  const { front, dominated } = paretoSplit(rows, axes, (row) => row.values)
  const point = (onFront: boolean) => (row: ParetoRow) => ({
    ...{ x: row.values[cost.key] ?? NaN, y: row.values[gain.key] ?? NaN, onFront },
  })
  const points = [...front.map(point(true)), ...dominated.map(point(false))]
  if (points.length < 2) return
  const plot = frontPlot(points, {
    ...{ width: Math.min((width ?? 80) - 2, widestPlot), height: plotHeight, unicode },
    ...{ xLabel: titleOf(cost.key), yLabel: titleOf(gain.key) },
  })
  process.stdout.write(`\n${plot}\n`)
}
