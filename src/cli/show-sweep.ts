import { analyseSweep } from '../analysis/analyse.ts'
import { repeatedPoints, type RepeatedPoint, type ReportedTrial } from '../analysis/repeats.ts'
import type { Parameters } from '../programs/program.ts'
import { formatMean } from '../report/format.ts'
import type { TableRow } from '../report/text-table.ts'
import { finalMetricsOf } from '../store/final-metrics.ts'
import { findSweep } from '../store/find-sweep.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { progressOf } from '../store/sweeps.ts'
import { trialsOf } from '../store/trials.ts'
import { repeatOf, storedSettings } from '../sweep/definition.ts'
import type { FormatOptions } from './format-options.ts'
import { noteMore, rowLimit, type LimitOption } from './limit.ts'
import { cell } from './parameter-cell.ts'
import { printAnalysis } from './print-analysis.ts'
import { printJsonParts, printRows } from './print-rows.ts'
import type { SeedsOption } from './seeds-option.ts'
import { shownParameters } from './shown-parameters.ts'
import { layoutOf } from './sweep-layout.ts'

type ShowOptions = FormatOptions & LimitOption & SeedsOption

/** Prints a sweep: how far it is, a row a trial (a point, where it has several seeds), and what the trials say. */
export async function showSweep(store: Store, name: string, format: ShowOptions): Promise<void> {
  const sweep = await findSweep(store, name)
  const repeat = repeatOf(sweep)
  const byPoint = repeat > 1 && format.seeds !== true && format.csv !== true
  const limit = rowLimit(format)
  const { trials, varying, progress } = await readSweep(store, sweep, limit && (byPoint ? limit * repeat : limit))
  const points = byPoint ? repeatedPoints(trials) : []
  if (format.csv === true) {
    printRows(
      trials.map((trial) => trialRow(trial, varying)),
      { ...format, empty: '' },
    )
    return
  }
  const analysis = await analyseSweep(store.db, sweep)
  if (format.json === true) {
    const { program, seed } = sweep
    printJsonParts({
      sweep: { ...progress, program, seed, ended_because: sweep.ended_because },
      trials: trials.map((trial) => trialRow(trial, varying)),
      ...(byPoint ? { points } : {}),
      analysis,
    })
    return
  }
  printHeader(sweep, progress)
  const rows = byPoint
    ? points.map((point) => pointRow(point, varying))
    : trials.map((trial) => trialRow(trial, varying))
  const goals = storedSettings(sweep).objectives.map((objective) => objective.name)
  printRows(rows, { ...format, layout: layoutOf(rows, varying, goals, { byPoint }), empty: 'No trials.' })
  noteMore(Math.ceil((progress.trials - trials.length) / (byPoint ? repeat : 1)), format)
  printAnalysis(sweep.name, analysis, varying)
}

/** What is shown of a sweep: the first trials of its plan, with what they reported last. */
export async function readSweep(
  store: Store,
  sweep: SweepRow,
  limit: number | undefined,
): Promise<{
  readonly trials: (ReportedTrial & { readonly attempt: number })[]
  readonly varying: string[]
  readonly progress: ProgressRow
}> {
  const progress = await progressOf(store.db, sweep.id)
  const rows = await trialsOf(store.db, sweep.id, limit)
  const areAll = rows.length >= progress.trials
  const metrics = new Map<number, Record<string, number>>(rows.map(({ id }) => [id, {}]))
  const ids = areAll ? undefined : [...metrics.keys()]
  for (const { trial_id, name: metric, value } of await finalMetricsOf(store.db, sweep.id, ids)) {
    const own = metrics.get(trial_id)
    if (own !== undefined) own[metric] = value
  }
  const trials = rows.map((row) => ({
    ...row,
    params: JSON.parse(row.params) as Parameters,
    metrics: metrics.get(row.id) ?? {},
  }))
  return { trials, varying: shownParameters(sweep, trials, { areAll }), progress }
}

function trialRow(
  { id, params, state, attempt, parameter_count, flops, metrics, ...ending }: ReportedTrial & { attempt: number },
  varying: readonly string[],
): TableRow {
  return {
    ...{ trial: id, state },
    ...Object.fromEntries(varying.map((parameter) => [parameter, cell(params[parameter])])),
    ...{ parameter_count, flops },
    ...metrics,
    ...{ attempt, error: ending.error, stop_reason: ending.stop_reason },
  }
}

function pointRow(
  { trial, params, states, seeds, parameter_count, flops, metrics, ...ending }: RepeatedPoint,
  varying: readonly string[],
): TableRow {
  const others = Object.entries(states).filter(([state]) => state !== 'completed')
  return {
    ...{ trial, seeds },
    state: others.length === 0 ? 'completed' : others.map(([state, count]) => `${count} ${state}`).join(', '),
    ...Object.fromEntries(varying.map((parameter) => [parameter, cell(params[parameter])])),
    ...{ parameter_count, flops },
    ...Object.fromEntries(Object.entries(metrics).map(([name, { mean, se }]) => [name, formatMean(mean, se)])),
    ...{ error: ending.error, stop_reason: ending.stop_reason },
  }
}

function printHeader(sweep: SweepRow, progress: ProgressRow): void {
  const counts = (['completed', 'running', 'queued', 'stopped', 'failed', 'cancelled'] as const)
    .filter((state) => progress[state] > 0)
    .map((state) => `${progress[state]} ${state}`)
  process.stdout.write(`${sweep.name}: ${progress.trials} trials, ${counts.join(', ')}\n`)
  if (sweep.description !== null) process.stdout.write(`${sweep.description}\n`)
  if (sweep.ended_because !== null) process.stdout.write(`Ended: ${sweep.ended_because}\n`)
  process.stdout.write(
    `Program ${sweep.program}, method ${sweep.method}, seed ${sweep.seed}, from ${sweep.source_path}\n\n`,
  )
}
