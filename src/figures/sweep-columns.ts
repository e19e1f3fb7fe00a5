import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { metricNamesOf, sweepViewName } from '../store/sweep-view.ts'
import { quoted } from './sql-text.ts'

/** A column of a sweep's view. */
export interface SweepColumn {
  readonly name: string
  readonly source: 'trial' | 'parameter' | 'metric'
  /** Whether all its values, as far as they were looked at, are numbers; of none of which is known it is false. */
  readonly isNumber: boolean
  /** Whether it says more than one thing. */
  readonly varies: boolean
}

/** Columns that a trial of any sweep has, in front of its parameters. */
const ofTrials = new Set([
  ...['trial_id', 'number', 'state', 'attempt', 'repeat', 'seed', 'parameter_count', 'flops', 'weights_sha256'],
])
/** What a column holds shows in so many rows. */
const rowsLookedAt = 500

/** What there is to plot, to sort and to ask of a sweep's trials. */
export async function sweepColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const metrics = new Set(await metricNamesOf(store.db, sweep.id))
  const { columns, rows } = await store.query(`select * from ${quoted(sweepViewName(sweep.name))}`, {
    limit: rowsLookedAt,
  })
  return columns.map((name) => {
    const values = new Set(rows.map((row) => row[name]).filter((value) => value !== null))
    const isMetric = metrics.has(name) || (name.startsWith('metric_') && metrics.has(name.slice('metric_'.length)))
    return {
      name,
      source: ofTrials.has(name) ? 'trial' : isMetric ? 'metric' : 'parameter',
      isNumber: values.size > 0 && [...values].every((value) => typeof value === 'number'),
      varies: values.size > 1,
    }
  })
}
