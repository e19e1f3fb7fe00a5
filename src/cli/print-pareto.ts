import { objectivesOf } from '../metrics/catalogue.ts'
import { frontPlot } from '../report/front-plot.ts'
import { paretoTable, titleOf, type ParetoTableColumn } from '../report/pareto-table.ts'
import type { TableCell } from '../report/text-table.ts'
import type { AxisOptions } from '../results/axes.ts'
import { NamedColumns, rowOf } from '../results/named-columns.ts'
import { paretoResults, type ParetoResult, type ParetoResults } from '../results/pareto.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { progressOf } from '../store/sweeps.ts'
import { countedCost } from '../store/violations.ts'
import type { FormatOptions } from './format-options.ts'
import { noteMore, rowLimit, type LimitOption } from './limit.ts'
import { cell } from './parameter-cell.ts'
import { noteResults } from './note-results.ts'
import { printJson, printRows } from './print-rows.ts'
import type { SeedsOption } from './seeds-option.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'

const plotHeight = 15
const widestPlot = 76

type Options = AxisOptions & SeedsOption & Partial<FormatOptions & LimitOption>

/** Prints the points of a sweep by their cost and their objective: the table, then the plot of the front. */
export async function printPareto(store: Store, sweep: SweepRow, options: Options): Promise<void> {
  const { x, y, limit, seeds, json, csv } = options
  const results = await paretoResults(store, sweep, { x, y, seeds, limit: rowLimit({ limit, json, csv }) })
  if (json === true) printJson(results.rows.map((row) => jsonRow(row, results)))
  else if (csv === true) printCsv(results)
  else await printForPeople(store, sweep, results)
}

async function printForPeople(store: Store, sweep: SweepRow, results: ParetoResults): Promise<void> {
  const { axes, rows, hidden, isRepeated } = results
  if (axes.length === 0 || rows.length === 0) {
    process.stdout.write(`${await whyEmpty(store, sweep, results)}\n`)
    await noteResults(store, sweep, results)
    return
  }
  const [width, unicode] = [terminalWidth(), isUnicode()]
  const [cost, gain] = axes
  const what = axes
    .map(({ key }) => titleOf(key))
    .reverse()
    .join(' against ')
  process.stdout.write(`\n${colors.bold(`Pareto table of ${sweep.name}: ${what}`)}\n\n`)
  const objectives = objectivesOf(await sweepMetrics(store.db, sweep.id)).map(({ name }) => name)
  const columns = tableColumns(results, objectives)
  const table = paretoTable(
    rows.map((row) => tableRow(row, columns, results)),
    columns,
    { isRepeated, width, dim: colors.dim, bold: colors.bold, unicode },
  )
  process.stdout.write(`${table}\n`)
  noteMore(hidden, {})
  await noteResults(store, sweep, results)
  if (cost === undefined || gain === undefined) return
  const points = rows.flatMap(({ values: [px = null, py = null], place }) =>
    px === null || py === null || place === 'not eligible' ? [] : [{ x: px, y: py, onFront: place === 'front' }],
  )
  if (points.length < 2) return
  const plot = frontPlot(points, {
    ...{ width: Math.min((width ?? 80) - 2, widestPlot), height: plotHeight, unicode },
    ...{ xLabel: titleOf(cost.key), yLabel: titleOf(gain.key) },
  })
  process.stdout.write(`\n${plot}\n`)
}

async function whyEmpty(store: Store, { id, name }: SweepRow, { withoutObjective }: ParetoResults): Promise<string> {
  const { completed } = await progressOf(store.db, id)
  if (completed === 0) return `${name} has no completed trial yet.`
  return withoutObjective === 0
    ? `The trials of ${name} have reported no metric.`
    : `No completed trial of ${name} has reported its objective.`
}

/** Parameters, then what decides: the cost and the objectives; then counted costs and times, where there are any. */
function tableColumns({ varying, axes }: ParetoResults, objectives: readonly string[]): ParetoTableColumn[] {
  const decisive = [...new Set([...axes.map(({ key }) => key), ...objectives])].filter(
    (name) => !isParameterAxis(axes, name),
  )
  const companions = ['parameter_count', 'flops', 'epoch_seconds'].filter((name) => !decisive.includes(name))
  const own = new Set(varying)
  const parameters = [
    ...varying,
    ...axes.flatMap(({ key }) => (isParameterAxis(axes, key) && !own.has(key) ? [key] : [])),
  ]
  const named = new NamedColumns(parameters, [])
  const metricKey = (name: string) => (parameters.includes(name) ? `metric_${name}` : name)
  const counts = companions.filter((name) => name !== 'epoch_seconds')
  return [
    ...parameters.map((name) => ({ key: named.parameters.get(name) ?? name, name, kind: 'parameter' as const })),
    ...counts.map((name) => ({ key: metricKey(name), name, kind: 'companion' as const })),
    ...decisive.map((name) => ({ key: metricKey(name), name, kind: 'axis' as const })),
    ...companions.slice(counts.length).map((name) => ({ key: metricKey(name), name, kind: 'companion' as const })),
  ]
}

function isParameterAxis(axes: ParetoResults['axes'], name: string): boolean {
  return axes.some(({ key, source }) => key === name && source === 'parameter')
}

function tableRow(row: ParetoResult, columns: readonly ParetoTableColumn[], { isRepeated }: ParetoResults) {
  const errors = new Map<string, number>()
  const cells = new Map(
    columns.map(({ key, name, kind }): [string, TableCell] => {
      if (kind === 'parameter') return [key, cell(Object.hasOwn(row.params, name) ? row.params[name] : undefined)]
      const mean = row.metrics.get(name)
      const counted = countedCost(row, name)
      if (isRepeated && counted === undefined && mean?.se != null) errors.set(key, mean.se)
      return [key, counted ?? mean?.mean ?? null]
    }),
  )
  return { trial: row.trial, isOnFront: row.place === 'front', seeds: row.seeds, cells, errors }
}

function jsonRow(row: ParetoResult, { isRepeated }: ParetoResults): object {
  const { trial, place, params, metrics, seeds, parameter_count, flops, violation } = row
  return {
    ...{ trial, on_front: place === 'front', place, params },
    metrics: rowOf([...metrics].map(([name, { mean }]) => [name, mean] as const)),
    ...(isRepeated && { errors: rowOf([...metrics].map(([name, { se }]) => [name, se] as const)) }),
    ...{ seeds, parameter_count, flops, violation },
  }
}

function printCsv({ rows, isRepeated }: ParetoResults): void {
  const parameters = new Set(rows.flatMap(({ params }) => Object.keys(params)))
  const metrics = new Set(rows.flatMap((row) => [...row.metrics.keys()]))
  const named = new NamedColumns(parameters, metrics)
  printRows(
    rows.map((row) =>
      rowOf<TableCell>(
        [
          ['trial', row.trial],
          ['on_front', row.place === 'front'],
        ],
        [...named.parameters].map(([name, column]) => [
          column,
          cell(Object.hasOwn(row.params, name) ? row.params[name] : undefined),
        ]),
        [
          ['parameter_count', row.parameter_count],
          ['flops', row.flops],
        ],
        [...named.metrics].map(([name, column]) => [column, row.metrics.get(name)?.mean]),
        [['seeds', row.seeds]],
        isRepeated ? [...named.errors].map(([name, column]) => [column, row.metrics.get(name)?.se]) : [],
        [['violation', row.violation]],
      ),
    ),
    { json: false, csv: true, empty: '' },
  )
}
