import type { Parameters } from '../programs/program.ts'
import type { TableRow } from '../report/text-table.ts'
import { finalMetricsOf } from '../store/final-metrics.ts'
import { findSweep } from '../store/find-sweep.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { progressOf } from '../store/sweeps.ts'
import { trialsOf } from '../store/trials.ts'
import type { FormatOptions } from './format-options.ts'
import { noteMore, rowLimit, type LimitOption } from './limit.ts'
import { cell } from './parameter-cell.ts'
import { printRows } from './print-rows.ts'
import { shownParameters } from './shown-parameters.ts'

/** Prints a sweep: how far it is, and a row a trial. */
export async function showSweep(store: Store, name: string, format: FormatOptions & LimitOption): Promise<void> {
  const sweep = await findSweep(store, name)
  const { rows, varying, progress } = await readSweep(store, sweep, rowLimit(format))
  const isForPeople = format.json !== true && format.csv !== true
  if (isForPeople) printHeader(sweep, progress)
  printRows(rows, {
    ...format,
    ...(isForPeople ? { columns: tellingColumns(rows, varying) } : {}),
    empty: 'No trials.',
  })
  noteMore(progress.trials - rows.length, format)
}

/** What is shown of a sweep: the first trials of its plan, with what they reported last. */
export async function readSweep(
  store: Store,
  sweep: SweepRow,
  limit: number | undefined,
): Promise<{ readonly rows: TableRow[]; readonly varying: string[]; readonly progress: ProgressRow }> {
  const progress = await progressOf(store.db, sweep.id)
  const trials = (await trialsOf(store.db, sweep.id, limit)).map((row) => ({
    ...row,
    params: JSON.parse(row.params) as Parameters,
  }))
  const areAll = trials.length >= progress.trials
  const metrics = new Map<number, Record<string, number>>(trials.map(({ id }) => [id, {}]))
  const ids = areAll ? undefined : [...metrics.keys()]
  for (const { trial_id, name: metric, value } of await finalMetricsOf(store.db, sweep.id, ids)) {
    const own = metrics.get(trial_id)
    if (own !== undefined) own[metric] = value
  }
  const varying = shownParameters(sweep, trials, { areAll })
  const rows = trials.map(({ id, params, state, attempt, parameter_count, flops, error, stop_reason }) => ({
    ...{ trial: id, state },
    ...Object.fromEntries(varying.map((parameter) => [parameter, cell(params[parameter])])),
    ...{ parameter_count, flops },
    ...metrics.get(id),
    ...{ attempt, error, stop_reason },
  }))
  return { rows, varying, progress }
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

/** Metrics that say most; the others are in `--json` and in the trial itself. */
const tellingMetrics = ['test_accuracy', 'val_accuracy', 'val_loss', 'train_loss', 'epoch_seconds']

/** What fits a terminal: no column that says the same in every row, and the best known metrics where there are any. */
function tellingColumns(rows: readonly TableRow[], varying: readonly string[]): string[] {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const fixed = ['trial', 'state', ...varying, 'parameter_count', 'flops']
  const reported = all.filter((column) => ![...fixed, 'attempt', 'error', 'stop_reason'].includes(column))
  const telling = tellingMetrics.filter((metric) => reported.includes(metric))
  const has = (column: string) => rows.some((row) => row[column] !== null && row[column] !== undefined)
  return [
    ...fixed.filter(has),
    ...(telling.length > 0 ? telling : reported),
    ...(rows.some((row) => Number(row.attempt) > 1) ? ['attempt'] : []),
    ...['error', 'stop_reason'].filter(has),
  ]
}
