import { objectivesOf } from '../metrics/catalogue.ts'
import { formatMean } from '../report/format.ts'
import type { TableCell, TableRow } from '../report/text-table.ts'
import { analyseSweep } from '../results/analyse.ts'
import { NamedColumns, rowOf } from '../results/named-columns.ts'
import { pointResults, trialResults, type PointResult, type TrialResult } from '../results/trials.ts'
import { tellingParameters } from '../sweep/telling.ts'
import { findSweep } from '../store/find-sweep.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { programVersionsOf } from '../store/programs.ts'
import { progressOf } from '../store/sweeps.ts'
import { trialsOf } from '../store/trials.ts'
import { storedDefinition } from '../sweep/stored.ts'
import type { FormatOptions } from './format-options.ts'
import { noteMore, rowLimit, type LimitOption } from './limit.ts'
import { noteResults } from './note-results.ts'
import { cell } from './parameter-cell.ts'
import { describeVersions } from './program-versions.ts'
import { printAnalysis } from './print-analysis.ts'
import { printJsonParts, printRows } from './print-rows.ts'
import type { SeedsOption } from './seeds-option.ts'
import { layoutOf } from './sweep-layout.ts'

type ShowOptions = FormatOptions & LimitOption & SeedsOption

/** Prints a sweep: how far it is, a row a trial (a point, where it has several seeds), and what the trials say. */
export async function showSweep(store: Store, name: string, format: ShowOptions): Promise<void> {
  const sweep = await findSweep(store, name)
  const { repeat } = storedDefinition(sweep)
  const byPoint = repeat > 1 && format.seeds !== true && format.csv !== true
  const limit = rowLimit(format)
  const { trials, varying, progress } = await readSweep(store, sweep, limit && (byPoint ? limit * repeat : limit))
  const points = byPoint ? pointResults(trials) : []
  if (format.csv === true) {
    const all = trials.flatMap(({ params }) => Object.keys(params))
    const named = columnsFor(trials, new Set([...varying, ...all]))
    printRows(
      trials.map((trial) => trialRow(trial, named)),
      { ...format, empty: '' },
    )
    return
  }
  const analysis = await analyseSweep(store.db, sweep)
  if (format.json === true) {
    const { program, seed } = sweep
    printJsonParts({
      sweep: { ...progress, program, seed, ended_because: sweep.ended_because },
      trials: trials.map(jsonTrial),
      ...(byPoint ? { points: points.map(jsonPoint) } : {}),
      analysis,
      programs: await programVersionsOf(store.db, sweep.id),
    })
    return
  }
  printHeader(sweep, progress, await describeVersions(store, sweep))
  const named = columnsFor(byPoint ? points : trials, varying)
  const rows = byPoint ? points.map((point) => pointRow(point, named)) : trials.map((trial) => trialRow(trial, named))
  const goals = objectivesOf(await sweepMetrics(store.db, sweep.id)).map((objective) => objective.name)
  printRows(rows, { ...format, layout: layoutOf(rows, named, goals, { byPoint }), empty: 'No trials.' })
  noteMore(Math.ceil((progress.trials - trials.length) / (byPoint ? repeat : 1)), format)
  await noteResults(store, sweep, analysis)
  printAnalysis(sweep.name, analysis, varying)
}

/** What is shown of a sweep: the first trials of its plan, with what they came to. */
export async function readSweep(
  store: Store,
  sweep: SweepRow,
  limit: number | undefined,
): Promise<{ readonly trials: TrialResult[]; readonly varying: string[]; readonly progress: ProgressRow }> {
  const progress = await progressOf(store.db, sweep.id)
  const rows = await trialsOf(store.db, sweep.id, limit)
  const areAll = rows.length >= progress.trials
  const trials = await trialResults(store.db, sweep, rows, { areAll })
  return { trials, varying: tellingParameters(sweep, trials, { areAll }), progress }
}

type Shown = Pick<TrialResult, 'params'> & { readonly metrics: ReadonlyMap<string, unknown> }

function columnsFor(results: readonly Shown[], parameters: Iterable<string>): NamedColumns {
  return new NamedColumns(parameters, new Set(results.flatMap(({ metrics }) => [...metrics.keys()])))
}

function parameterCells({ params }: Shown, { parameters }: NamedColumns): [string, TableCell][] {
  return [...parameters].map(([name, column]) => [column, cell(Object.hasOwn(params, name) ? params[name] : undefined)])
}

function trialRow(trial: TrialResult, named: NamedColumns): TableRow {
  const { id, state, attempt, parameter_count, flops, metrics, violation, error, stop_reason } = trial
  return rowOf<TableCell>(
    Object.entries({ trial: id, state }),
    parameterCells(trial, named),
    Object.entries({ parameter_count, flops }),
    [...named.metrics].map(([name, column]) => [column, metrics.get(name)] as const),
    Object.entries({ attempt, violation, error, stop_reason }),
  )
}

function pointRow(point: PointResult, named: NamedColumns): TableRow {
  const { trial, seeds, states, parameter_count, flops, metrics, violation, error, stop_reason } = point
  const others = Object.entries(states).filter(([state]) => state !== 'completed')
  const state = others.length === 0 ? 'completed' : others.map(([name, count]) => `${count} ${name}`).join(', ')
  return rowOf<TableCell>(
    Object.entries({ trial, seeds, state }),
    parameterCells(point, named),
    Object.entries({ parameter_count, flops }),
    [...named.metrics].map(([name, column]) => {
      const mean = metrics.get(name)
      return [column, mean && formatMean(mean.mean, mean.se)] as const
    }),
    Object.entries({ violation, error, stop_reason }),
  )
}

/** Groups of their own keep what a parameter and a metric of one name say apart. */
function jsonTrial(trial: TrialResult): object {
  const { id, state, attempt, repeat, params, metrics, counts, parameter_count, flops, violation, error, stop_reason } =
    trial
  return {
    ...{ trial: id, state, attempt, repeat, params, metrics: rowOf(metrics), counts },
    ...{ parameter_count, flops, violation, error, stop_reason },
  }
}

function jsonPoint(point: PointResult): object {
  return { ...point, metrics: rowOf(point.metrics) }
}

function printHeader(sweep: SweepRow, progress: ProgressRow, versions: string | undefined): void {
  const counts = (['completed', 'running', 'queued', 'stopped', 'failed', 'cancelled'] as const)
    .filter((state) => progress[state] > 0)
    .map((state) => `${progress[state]} ${state}`)
  process.stdout.write(`${sweep.name}: ${progress.trials} trials, ${counts.join(', ')}\n`)
  if (sweep.description !== null) process.stdout.write(`${sweep.description}\n`)
  if (sweep.ended_because !== null) process.stdout.write(`Ended: ${sweep.ended_because}\n`)
  if (versions !== undefined) process.stdout.write(`Programs: ${versions}\n`)
  process.stdout.write(
    `Program ${sweep.program}, method ${sweep.method}, seed ${sweep.seed}, from ${sweep.source_path}\n\n`,
  )
}
