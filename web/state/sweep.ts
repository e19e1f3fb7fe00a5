import type { SweepColumn } from '../../src/figures/column.ts'
import type { SweepSummary } from '../../src/figures/sweep-list.ts'
import type { Goal } from '../../src/metrics/goal.ts'

interface NamedAxis {
  readonly name: string
  readonly goal: Goal
}

/** A sweep as the API tells it. */
export interface SweepDetail {
  readonly id: number
  readonly name: string
  readonly description: string | null
  readonly method: string
  readonly program: string
  readonly seed: number
  readonly created_at: string
  readonly source: string
  readonly state: SweepSummary['state']
  readonly progress: SweepSummary['progress']
  readonly objectives: readonly NamedAxis[]
  /** Seeds per point. */
  readonly repeat: number
  readonly axes: readonly NamedAxis[]
  readonly columns: readonly SweepColumn[]
}

/** Columns that can be on an axis. */
export function numbersOf({ columns }: SweepDetail): string[] {
  return columns.filter(({ isNumber, name }) => isNumber && name !== 'trial_id').map(({ name }) => name)
}

export function metricsOf({ columns }: SweepDetail): string[] {
  return columns.filter(({ source, isNumber }) => source === 'metric' && isNumber).map(({ name }) => name)
}

/** Which way a column is better. */
export function goalOf({ columns }: SweepDetail, name: string): Goal {
  return columns.find((column) => column.name === name)?.goal ?? 'maximize'
}

/** The column of the first objective; without one, of any metric. */
export function metricOf(sweep: SweepDetail): string {
  return sweep.objectives[0]?.name ?? metricsOf(sweep)[0] ?? ''
}
