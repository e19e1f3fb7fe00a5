import { SwathError } from '../errors.ts'
import type { Parameters } from '../programs/program.ts'
import { nearest } from '../nearest.ts'
import { frontPlot } from '../report/front-plot.ts'
import type { Axis } from '../report/pareto.ts'
import { paretoSplit } from '../report/pareto.ts'
import { paretoTable, titleOf, type ParetoRow } from '../report/pareto-table.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { metricNamesOf } from '../store/sweep-view.ts'
import { finalMetricsOf, trialsOf } from '../store/trials.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import { varyingParameters } from '../sweep/plan.ts'
import type { FormatOptions } from './format-options.ts'
import { printRows } from './print-rows.ts'
import { colors, isUnicode, terminalWidth } from './terminal.ts'

const plotHeight = 15
const widestPlot = 76

/** Prints what accuracy costs in a sweep: the table and, on a terminal's worth of room, the plot of the front. */
export async function printPareto(
  store: Store,
  sweep: SweepRow,
  { x, y, json, csv }: { x?: string | undefined; y?: string | undefined } & Partial<FormatOptions>,
): Promise<void> {
  const rows = await paretoRows(store, sweep)
  const settings = JSON.parse(sweep.settings) as SweepSettings
  const metrics = await metricNamesOf(store.db, sweep.id)
  if (metrics.length === 0 && rows.length > 0 && y === undefined && json !== true && csv !== true) {
    process.stdout.write(`The trials of ${sweep.name} have reported no metric.\n`)
    return
  }
  const axes = chooseAxes(rows, metrics, settings, x, y)

  if (json === true || csv === true) {
    const { front, dominated, incomplete } = paretoSplit(rows, axes, (row) => row.values)
    const flat = (on_front: boolean) => (row: ParetoRow) => ({
      trial: row.trial,
      on_front,
      ...row.values,
      ...row.parameters,
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

/** Completed trials with all that an axis may name. */
async function paretoRows(store: Store, sweep: SweepRow): Promise<ParetoRow[]> {
  const trials = (await trialsOf(store.db, sweep.id))
    .filter((trial) => trial.state === 'completed')
    .map((trial) => ({ ...trial, params: JSON.parse(trial.params) as Parameters }))
  const values = new Map<number, Record<string, number | null>>(
    trials.map(({ id, params, parameter_count, flops }) => [id, { ...numeric(params), parameter_count, flops }]),
  )
  for (const { trial_id, name, value, mean } of await finalMetricsOf(store.db, sweep.id)) {
    const own = values.get(trial_id)
    // One epoch's time says little; the mean of all says what an epoch takes.
    if (own !== undefined) own[name] = name === 'epoch_seconds' ? mean : value
  }
  const varying = varyingParameters(trials)
  return trials.map(({ id, params }) => ({
    trial: id,
    parameters: Object.fromEntries(varying.map((name) => [name, text(params[name])])),
    values: values.get(id) ?? {},
  }))
}

function numeric(params: Parameters): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}

function text(value: Parameters[string] | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** The cost first, then the gain; the gain alone where trials have no FLOPs. Throws SwathError('usage') for a name that no trial has. */
function chooseAxes(
  rows: readonly ParetoRow[],
  metrics: readonly string[],
  { metric }: SweepSettings,
  x?: string,
  y?: string,
): Axis[] {
  const known = [...new Set(rows.flatMap((row) => Object.keys(row.values)))]
  const has = (key: string) => rows.some((row) => row.values[key] != null)
  const gain =
    y ?? metric?.name ?? ['test_accuracy', 'val_accuracy', 'val_loss', ...metrics].find(has) ?? 'test_accuracy'
  const axes = [...(x !== undefined || has('flops') ? [parseAxis(x ?? 'flops')] : []), parseAxis(gain)]
  const goals = axes.map((axis) =>
    axis.key === metric?.name && y === undefined ? { ...axis, goal: metric.goal } : axis,
  )
  const unknown = goals.find((axis) => rows.length > 0 && !has(axis.key))
  if (unknown === undefined) return goals
  throw new SwathError('usage', `no completed trial has ${unknown.key}; did you mean ${nearest(unknown.key, known)}?`, {
    hint: `there are ${known.join(', ')}`,
  })
}

/** `name`, or `-name` to minimize and `+name` to maximize it. */
function parseAxis(text: string): Axis {
  const [, sign, key = text] = /^([+-])(.+)$/.exec(text) ?? []
  const isCost = /loss|error|seconds|latency|cost|flops|count|energy|co2|bytes|size/.test(key)
  return { key, goal: sign === '-' || (sign === undefined && isCost) ? 'minimize' : 'maximize' }
}
