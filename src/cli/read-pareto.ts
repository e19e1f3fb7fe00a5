import type { Parameters } from '../programs/program.ts'
import type { Axis } from '../report/pareto.ts'
import type { ParetoRow } from '../report/pareto-table.ts'
import { finalMetricsOf } from '../store/final-metrics.ts'
import { bestTrialIds } from '../store/front.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { progressOf } from '../store/sweeps.ts'
import { completedTrials } from '../store/trials.ts'
import { chooseAxes, numericParameters, type AxisOptions } from './pareto-axes.ts'
import { cell } from './parameter-cell.ts'
import { shownParameters } from './shown-parameters.ts'

interface ParetoRows {
  readonly axes: readonly Axis[]
  readonly rows: readonly ParetoRow[]
  /** Completed trials that there was no room for. */
  readonly hidden: number
}

/** The completed trials of a sweep, or the best `limit` of them, with all that an axis may name. */
export async function readPareto(
  store: Store,
  sweep: SweepRow,
  { limit, ...options }: AxisOptions & { readonly limit: number | undefined },
): Promise<ParetoRows> {
  const { completed } = await progressOf(store.db, sweep.id)
  if (completed === 0) return { axes: [], rows: [], hidden: 0 }
  const axes = await chooseAxes(store, sweep, options)
  const isTooLong = limit !== undefined && completed > limit
  const ids = isTooLong ? await bestTrialIds(store.db, sweep.id, axes, limit) : undefined
  return { axes, rows: await readRows(store, sweep, ids), hidden: completed - (ids?.length ?? completed) }
}

async function readRows(store: Store, sweep: SweepRow, ids: readonly number[] | undefined): Promise<ParetoRow[]> {
  const trials = (await completedTrials(store.db, sweep.id, ids)).map((trial) => ({
    ...trial,
    params: JSON.parse(trial.params) as Parameters,
  }))
  const metrics = new Map<number, Record<string, number>>(trials.map(({ id }) => [id, {}]))
  for (const { trial_id, name, value, mean } of await finalMetricsOf(store.db, sweep.id, ids)) {
    const own = metrics.get(trial_id)
    // One epoch's time says little; the mean of all says what an epoch takes.
    if (own !== undefined) own[name] = name === 'epoch_seconds' ? mean : value
  }
  const varying = shownParameters(sweep, trials, { areAll: ids === undefined })
  return trials.map(({ id, params, parameter_count, flops }) => {
    const values: Record<string, number | null> = { ...numericParameters(params), ...metrics.get(id) }
    return {
      trial: id,
      parameters: Object.fromEntries(varying.map((name) => [name, cell(params[name])])),
      values: {
        ...values,
        parameter_count: parameter_count ?? values.parameter_count ?? null,
        flops: flops ?? values.flops ?? null,
      },
    }
  })
}
