import { stripVTControlCharacters } from 'node:util'

import type { Parameters } from '../programs/program.ts'
import type { Store } from '../store/store.ts'
import { artifactsOf } from '../store/artifacts.ts'
import { findTrial } from '../store/find-trial.ts'
import { attemptsOf, eventsOf, metricsOf } from '../store/trials.ts'
import type { FormatOptions } from './format-options.ts'
import type { TableRow } from '../report/text-table.ts'
import type { Platform } from '../tensorflow/platform.ts'
import { cell } from './parameter-cell.ts'
import { shortHash } from './program-versions.ts'
import { printRows } from './print-rows.ts'
import { colors } from './terminal.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** Prints a trial: its parameters, its metrics by epoch, its attempts. */
export async function showTrial(store: Store, id: number, format: FormatOptions): Promise<void> {
  const { trial } = await findTrial(store, id)
  const params = storedParameters(trial)
  const attempts = (await attemptsOf(store.db, id)).map(({ runtime, ...attempt }) => ({
    ...{ ...attempt, runtime: runtime === null ? null : (JSON.parse(runtime) as Platform) },
  }))
  const epochs = byEpoch(await metricsOf(store.db, id))
  const warnings = await eventsOf(store.db, id, 'warning')
  const stops = await eventsOf(store.db, id, 'stopped')
  const [taught] = await eventsOf(store.db, id, 'retrained')
  const retrained = taught?.detail == null ? null : (JSON.parse(taught.detail) as Parameters)
  const artifacts = (await artifactsOf(store.db, id)).map(({ kind, epoch, name, bytes, sha256 }) => ({
    ...{ kind, epoch, name, bytes, sha256 },
  }))
  if (format.json === true) {
    process.stdout.write(
      `${JSON.stringify({ ...trial, params, metrics: epochs, attempts, artifacts, retrained, stops, warnings }, null, 2)}\n`,
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
  const how = trial.state === 'stopped' ? trial.stop_reason : null
  process.stdout.write(`Trial ${trial.id}: ${how ?? trial.state}${trial.error === null ? '' : `: ${trial.error}`}\n`)
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
      ...(how.program_sha256 === null ? {} : { program: shortHash(how.program_sha256) }),
      error: how.error,
    })),
  )
  section('Runtime of each attempt', attempts.flatMap(runtimeRow))
  section('Files', artifacts)
  // What it says above is not said twice.
  section(
    'Stopped before',
    stops.filter(({ detail }) => detail !== how),
  )
  if (retrained !== null) section('Retrained', [cells(retrained)])
  section('Warnings', warnings)
  const failed = attempts.findLast((attempt) => attempt.stack !== null)
  // One that waits to be tried again has failed, too.
  const hasFailed = trial.state === 'failed' || (trial.state === 'queued' && attempts.at(-1)?.state === 'failed')
  if (!hasFailed || failed?.stack == null) return
  const title = failed.exit_code === null && failed.signal === null ? 'Stack' : 'The end of its stderr'
  process.stdout.write(`\n${title}\n${colors.dim(stripVTControlCharacters(failed.stack))}\n`)
}

function runtimeRow({ attempt, runtime }: { attempt: number; runtime: Platform | null }): TableRow[] {
  if (runtime === null) return []
  const { instructions = [], caches = [], ...others } = runtime
  return [{ attempt, ...others, instructions: instructions.join(' '), caches: caches.join(', ') }]
}

function byEpoch(metrics: readonly { epoch: number; name: string; value: number }[]): TableRow[] {
  const rows = new Map<number, Record<string, number>>()
  for (const { epoch, name, value } of metrics) rows.set(epoch, { ...(rows.get(epoch) ?? { epoch }), [name]: value })
  return [...rows.values()]
}

function cells(params: Parameters): TableRow {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, cell(value)]))
}
