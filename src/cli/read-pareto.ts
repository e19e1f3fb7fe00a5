import { repeatedPoints, type RepeatedPoint, type ReportedTrial } from '../analysis/repeats.ts'
import type { Parameters } from '../programs/program.ts'
import type { Axis } from '../report/pareto.ts'
import type { ParetoRow } from '../report/pareto-table.ts'
import { finalMetricsOf } from '../store/final-metrics.ts'
import { bestTrialIds } from '../store/front.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { progressOf } from '../store/sweeps.ts'
import { completedOfPoints, completedTrials, countCompletedPoints } from '../store/trials.ts'
import { repeatOf } from '../sweep/definition.ts'
import { chooseAxes, numericParameters, type AxisOptions } from './pareto-axes.ts'
import { cell } from './parameter-cell.ts'
import type { SeedsOption } from './seeds-option.ts'
import { shownParameters } from './shown-parameters.ts'

interface ParetoRows {
  readonly axes: readonly Axis[]
  readonly rows: readonly ParetoRow[]
  /** Completed trials, or points, that there was no room for. */
  readonly hidden: number
}

/**
 * The completed trials of a sweep, or the best `limit` of them, with all that an axis may name. Where a point is trained with
 * several seeds a row stands for it, with the means; with `seeds` for each of its trials.
 */
export async function readPareto(
  store: Store,
  sweep: SweepRow,
  { limit, seeds, ...options }: AxisOptions & SeedsOption & { readonly limit: number | undefined },
): Promise<ParetoRows> {
  const { completed } = await progressOf(store.db, sweep.id)
  if (completed === 0) return { axes: [], rows: [], hidden: 0 }
  const byPoint = seeds !== true && repeatOf(sweep) > 1
  const count = byPoint ? await countCompletedPoints(store.db, sweep.id) : completed
  const axes = await chooseAxes(store, sweep, options)
  const isTooLong = limit !== undefined && count > limit
  const ids = isTooLong ? await bestTrialIds(store.db, sweep.id, axes, limit, { byPoint }) : undefined
  const trials = await readTrials(store, sweep, ids, byPoint)
  const varying = shownParameters(sweep, trials, { areAll: ids === undefined })
  const rows = byPoint
    ? repeatedPoints(trials).map((point) => pointRow(point, varying))
    : trials.map((trial) => trialRow(trial, varying))
  return { axes, rows, hidden: count - (ids?.length ?? count) }
}

async function readTrials(
  { db }: Store,
  { id: sweepId }: SweepRow,
  ids: readonly number[] | undefined,
  byPoint: boolean,
): Promise<ReportedTrial[]> {
  const rows = await (ids !== undefined && byPoint
    ? completedOfPoints(db, sweepId, ids)
    : completedTrials(db, sweepId, ids))
  const metrics = new Map<number, Record<string, number>>(rows.map(({ id }) => [id, {}]))
  for (const { trial_id, name, value, mean } of await finalMetricsOf(db, sweepId, ids && [...metrics.keys()])) {
    const own = metrics.get(trial_id)
    // One epoch's time says little; the mean of all says what an epoch takes.
    if (own !== undefined) own[name] = name === 'epoch_seconds' ? mean : value
  }
  return rows.map((row) => ({
    ...row,
    params: JSON.parse(row.params) as Parameters,
    metrics: metrics.get(row.id) ?? {},
  }))
}

function trialRow({ id, params, metrics, ...counts }: ReportedTrial, varying: readonly string[]): ParetoRow {
  return { trial: id, parameters: cells(params, varying), values: valuesOf(params, metrics, counts) }
}

function pointRow({ trial, params, seeds, metrics, ...counts }: RepeatedPoint, varying: readonly string[]): ParetoRow {
  const entries = Object.entries(metrics)
  const means = Object.fromEntries(entries.map(([name, { mean }]) => [name, mean]))
  return {
    ...{ trial, parameters: cells(params, varying), values: valuesOf(params, means, counts) },
    seeds: { count: seeds, errors: Object.fromEntries(entries.map(([name, { se }]) => [name, se])) },
  }
}

function cells(params: Parameters, varying: readonly string[]): ParetoRow['parameters'] {
  return Object.fromEntries(varying.map((name) => [name, cell(params[name])]))
}

function valuesOf(
  params: Parameters,
  metrics: Readonly<Record<string, number>>,
  { flops, parameter_count }: Pick<ReportedTrial, 'flops' | 'parameter_count'>,
): Record<string, number | null> {
  const values: Record<string, number | null> = { ...numericParameters(params), ...metrics }
  return {
    ...values,
    parameter_count: parameter_count ?? values.parameter_count ?? null,
    flops: flops ?? values.flops ?? null,
  }
}
