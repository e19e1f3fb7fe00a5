import { SwathError } from '../errors.ts'
import type { Parameters } from '../programs/program.ts'
import type { Store } from '../store/store.ts'
import { findSweep } from '../store/find-sweep.ts'
import { progressOf } from '../store/sweeps.ts'
import { artifactsOf } from '../store/artifacts.ts'
import { attemptsOf, eventsOf, finalMetricsOf, metricsOf, trialById, trialsOf } from '../store/trials.ts'
import { varyingParameters } from '../sweep/plan.ts'
import type { FormatOptions } from './format-options.ts'
import type { TableCell, TableRow } from '../report/text-table.ts'
import { printRows } from './print-rows.ts'
import { colors } from './terminal.ts'

/** Prints a sweep: how far it is, and a row a trial. */
export async function showSweep(store: Store, name: string, format: FormatOptions): Promise<void> {
  const sweep = await findSweep(store, name)
  const trials = (await trialsOf(store.db, sweep.id)).map((row) => ({
    ...row,
    params: JSON.parse(row.params) as Parameters,
  }))
  const metrics = new Map<number, Record<string, number>>()
  for (const { trial_id, name: metric, value } of await finalMetricsOf(store.db, sweep.id)) {
    metrics.set(trial_id, { ...metrics.get(trial_id), [metric]: value })
  }
  const varying = varyingParameters(trials)
  const rows = trials.map(({ id, params, state, attempt, parameter_count, flops, error }) => ({
    ...{ trial: id, state },
    ...Object.fromEntries(varying.map((parameter) => [parameter, cell(params[parameter])])),
    ...{ parameter_count, flops },
    ...metrics.get(id),
    ...{ attempt, error },
  }))
  const isForPeople = format.json !== true && format.csv !== true
  if (isForPeople) {
    const progress = await progressOf(store.db, sweep.id)
    const counts = (['completed', 'running', 'queued', 'stopped', 'failed', 'cancelled'] as const)
      .filter((state) => progress[state] > 0)
      .map((state) => `${progress[state]} ${state}`)
    process.stdout.write(`${sweep.name}: ${progress.trials} trials, ${counts.join(', ')}\n`)
    if (sweep.description !== null) process.stdout.write(`${sweep.description}\n`)
    process.stdout.write(
      `Program ${sweep.program}, method ${sweep.method}, seed ${sweep.seed}, from ${sweep.source_path}\n\n`,
    )
  }
  printRows(rows, {
    ...format,
    ...(isForPeople ? { columns: tellingColumns(rows, varying) } : {}),
    empty: 'No trials.',
  })
}

/** Metrics that say most; the others are in `--json` and in the trial itself. */
const tellingMetrics = ['test_accuracy', 'val_accuracy', 'val_loss', 'train_loss', 'epoch_seconds']

/** What fits a terminal: no column that says the same in every row, and the best known metrics where there are any. */
function tellingColumns(rows: readonly TableRow[], varying: readonly string[]): string[] {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const fixed = ['trial', 'state', ...varying, 'parameter_count', 'flops']
  const reported = all.filter((column) => ![...fixed, 'attempt', 'error'].includes(column))
  const telling = tellingMetrics.filter((metric) => reported.includes(metric))
  const has = (column: string) => rows.some((row) => row[column] !== null && row[column] !== undefined)
  return [
    ...fixed.filter(has),
    ...(telling.length > 0 ? telling : reported),
    ...(rows.some((row) => Number(row.attempt) > 1) ? ['attempt'] : []),
    ...(has('error') ? ['error'] : []),
  ]
}

/** Prints a trial: its parameters, its metrics by epoch, its attempts. */
export async function showTrial(store: Store, id: number, format: FormatOptions): Promise<void> {
  const trial = await trialById(store.db, id)
  if (trial === undefined) {
    throw new SwathError('not-found', `there is no trial ${id} in ${store.location}`, {
      hint: '`swath show SWEEP` lists the trials of a sweep',
    })
  }
  const params = JSON.parse(trial.params) as Parameters
  const attempts = await attemptsOf(store.db, id)
  const epochs = byEpoch(await metricsOf(store.db, id))
  const warnings = await eventsOf(store.db, id, 'warning')
  const [taught] = await eventsOf(store.db, id, 'retrained')
  const retrained = taught?.detail == null ? null : (JSON.parse(taught.detail) as Parameters)
  const artifacts = (await artifactsOf(store.db, id)).map(({ kind, epoch, name, bytes, sha256 }) => ({
    ...{ kind, epoch, name, bytes, sha256 },
  }))
  if (format.json === true) {
    process.stdout.write(
      `${JSON.stringify({ ...trial, params, metrics: epochs, attempts, artifacts, retrained, warnings }, null, 2)}\n`,
    )
    return
  }
  if (format.csv === true) {
    printRows(epochs, { ...format, empty: '' })
    return
  }
  const section = (title: string, rows: readonly TableRow[]) => {
    if (rows.length === 0) return
    process.stdout.write(`\n${title}\n`)
    printRows(rows, { ...format, empty: '' })
  }
  process.stdout.write(`Trial ${trial.id}: ${trial.state}${trial.error === null ? '' : `: ${trial.error}`}\n`)
  const { seed, repeat, parameter_count, flops, weights_sha256 } = trial
  section('Parameters', [cells(params)])
  section('Model', [{ parameter_count, flops, seed, repeat, weights_sha256 }])
  section('Metrics by epoch', epochs)
  section(
    'Attempts',
    attempts.map(({ attempt, state, resumed_epoch, host, worker, started_at, finished_at, ...how }) => ({
      ...{ attempt, state, from_epoch: resumed_epoch, host, worker, started_at, finished_at },
      ...(how.exit_code === null ? {} : { exit_code: how.exit_code }),
      ...(how.signal === null ? {} : { signal: how.signal }),
      error: how.error,
    })),
  )
  section('Files', artifacts)
  if (retrained !== null) section('Retrained', [cells(retrained)])
  section('Warnings', warnings)
  const failed = attempts.findLast((attempt) => attempt.stack !== null)
  if (trial.state !== 'failed' || failed?.stack == null) return
  const title = failed.exit_code === null && failed.signal === null ? 'Stack' : 'The end of its stderr'
  process.stdout.write(`\n${title}\n${colors.dim(failed.stack)}\n`)
}

function byEpoch(metrics: readonly { epoch: number; name: string; value: number }[]): TableRow[] {
  const rows = new Map<number, Record<string, number>>()
  for (const { epoch, name, value } of metrics) rows.set(epoch, { ...(rows.get(epoch) ?? { epoch }), [name]: value })
  return [...rows.values()]
}

function cells(params: Parameters): TableRow {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, cell(value)]))
}

/** A parameter as one cell of a table. */
function cell(value: Parameters[string] | undefined): TableCell {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null)
}
