import { varyingParameters, type SweepColumn } from '../../src/figures/column.ts'
import type { SweepSummary } from '../../src/figures/sweep-list.ts'
import { goalByName, type Goal } from '../../src/metrics/goal.ts'

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

/** Parameters that differ between trials. */
export function varyingOf({ columns }: SweepDetail): string[] {
  return varyingParameters(columns)
}

/** What the sweep is for, or what is known of such a metric by its name. */
export function goalOf({ objectives, axes }: SweepDetail, name: string): Goal {
  const known = [...objectives, ...axes].find((axis) => axis.name === name)
  return known?.goal ?? goalByName(name)
}

/** What a sweep is judged by where nothing else is said: its metric. */
export function metricOf(sweep: SweepDetail): string {
  return sweep.axes.at(-1)?.name ?? metricsOf(sweep)[0] ?? ''
}
