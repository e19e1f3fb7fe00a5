import type { Kysely } from 'kysely'

import { metricNamed, objectivesOf, type SweepMetric } from '../metrics/catalogue.ts'
import { meanOf, type Mean } from '../metrics/mean.ts'
import { reducedValue } from '../metrics/reduction.ts'
import type { Parameters } from '../programs/program.ts'
import { finalMetricsOf } from '../store/final-metrics.ts'
import type { Schema, SweepRow, TrialRow, TrialState } from '../store/schema.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { countedCost } from '../store/violations.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** A trial with its metrics under their reductions. */
export interface TrialResult extends Pick<
  TrialRow,
  'id' | 'state' | 'attempt' | 'repeat' | 'parameter_count' | 'flops' | 'violation' | 'error' | 'stop_reason'
> {
  readonly params: Parameters
  readonly metrics: ReadonlyMap<string, number>
  /** True if it is completed and has a finite value for every objective. */
  readonly counts: boolean
}

/** The trials with the same parameters; the values are means over those that count. */
export interface PointResult {
  /** The first of them, which is the point's id. */
  readonly trial: number
  readonly params: Parameters
  readonly state: TrialState
  readonly states: Readonly<Partial<Record<TrialState, number>>>
  /** Trials that count. */
  readonly seeds: number
  readonly metrics: ReadonlyMap<string, Mean>
  readonly parameter_count: number | null
  readonly flops: number | null
  /** The largest among the trials that count; null without one, and without constraints. */
  readonly violation: number | null
  /** Error and stop reason of the first trial that has one. */
  readonly error: string | null
  readonly stop_reason: string | null
}

/** Reads what trials of a sweep came to. @param areAll true if these are all of its trials */
export async function trialResults(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id'>,
  rows: readonly TrialRow[],
  { areAll = false } = {},
): Promise<TrialResult[]> {
  const known = await sweepMetrics(db, sweep.id)
  const objectives = objectivesOf(known)
  const byName = new Map(known.map((metric) => [metric.name, metric]))
  const metrics = new Map<number, Map<string, number>>(rows.map(({ id }) => [id, new Map()]))
  const totals = await finalMetricsOf(db, sweep.id, areAll ? undefined : [...metrics.keys()])
  for (const row of totals) {
    metrics.get(row.trial_id)?.set(row.name, reducedValue(row, byName.get(row.name) ?? metricNamed([], row.name)))
  }
  return rows.map((row) => {
    const own = metrics.get(row.id) ?? new Map<string, number>()
    return { ...row, params: storedParameters(row), metrics: own, counts: counts(row, own, objectives) }
  })
}

function counts(row: TrialRow, metrics: ReadonlyMap<string, number>, objectives: readonly SweepMetric[]): boolean {
  if (row.state !== 'completed' || objectives.length === 0) return false
  return objectives.every(({ name }) => Number.isFinite(countedCost(row, name) ?? metrics.get(name) ?? NaN))
}

/** A point has the first of these states that one of its trials has. */
const statesByRank: readonly TrialState[] = ['running', 'queued', 'completed', 'stopped', 'failed', 'cancelled']

/** Gathers trials by their points, in the order in which each point comes first. */
export function pointResults(trials: Iterable<TrialResult>): PointResult[] {
  const points = new Map<string, TrialResult[]>()
  for (const trial of trials) {
    const key = JSON.stringify(trial.params)
    const own = points.get(key)
    if (own === undefined) points.set(key, [trial])
    else own.push(trial)
  }
  return [...points.values()].flatMap((own) => {
    const [first] = own
    return first === undefined ? [] : [pointOf(first, own)]
  })
}

function pointOf(first: TrialResult, trials: readonly TrialResult[]): PointResult {
  const states: Partial<Record<TrialState, number>> = {}
  for (const { state } of trials) states[state] = (states[state] ?? 0) + 1
  const counting = trials.filter((trial) => trial.counts)
  const names = new Set(counting.flatMap(({ metrics }) => [...metrics.keys()]))
  const violations = counting.flatMap(({ violation }) => violation ?? [])
  return {
    ...{ trial: first.id, params: first.params, states, seeds: counting.length },
    state: statesByRank.find((state) => states[state] !== undefined) ?? first.state,
    ...{ parameter_count: first.parameter_count, flops: first.flops },
    metrics: new Map(
      [...names].map((name) => [name, meanOf(counting.flatMap(({ metrics }) => metrics.get(name) ?? []))]),
    ),
    violation: violations.length === 0 ? null : Math.max(...violations),
    error: trials.find(({ error }) => error !== null)?.error ?? null,
    stop_reason: trials.find(({ stop_reason }) => stop_reason !== null)?.stop_reason ?? null,
  }
}
