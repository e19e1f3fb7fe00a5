import type { Parameters } from '../programs/program.ts'
import type { TrialRow, TrialState } from '../store/schema.ts'
import { meanOf, type Mean } from './mean.ts'

/** A trial with what it reported last. */
export interface ReportedTrial extends Pick<
  TrialRow,
  'id' | 'state' | 'parameter_count' | 'flops' | 'error' | 'stop_reason'
> {
  readonly params: Parameters
  readonly metrics: Readonly<Record<string, number>>
}

/** The trials of a point: the same parameters with seeds of their own. */
export interface RepeatedPoint {
  /** The first of them. */
  readonly trial: number
  readonly params: Parameters
  readonly states: Readonly<Partial<Record<TrialState, number>>>
  /** Those that have completed: the means are over these. */
  readonly seeds: number
  readonly parameter_count: number | null
  readonly flops: number | null
  readonly metrics: Readonly<Record<string, Mean>>
  /** Of the first that has one. */
  readonly error: string | null
  readonly stop_reason: string | null
}

/** Gathers trials by their points, in the order in which each point is met first. */
export function repeatedPoints(trials: Iterable<ReportedTrial>): RepeatedPoint[] {
  const points = new Map<string, ReportedTrial[]>()
  for (const trial of trials) {
    const key = JSON.stringify(trial.params)
    const own = points.get(key)
    if (own === undefined) points.set(key, [trial])
    else own.push(trial)
  }
  return [...points.values()].flatMap((all) => {
    const [first] = all
    return first === undefined ? [] : [pointOf(first, all)]
  })
}

function pointOf(first: ReportedTrial, trials: readonly ReportedTrial[]): RepeatedPoint {
  const states: Partial<Record<TrialState, number>> = {}
  for (const { state } of trials) states[state] = (states[state] ?? 0) + 1
  const completed = trials.filter(({ state }) => state === 'completed')
  const names = new Set(completed.flatMap(({ metrics }) => Object.keys(metrics)))
  return {
    ...{ trial: first.id, params: first.params, states, seeds: completed.length },
    ...{ parameter_count: first.parameter_count, flops: first.flops },
    metrics: Object.fromEntries(
      [...names].map((name) => [name, meanOf(completed.flatMap(({ metrics }) => metrics[name] ?? []))]),
    ),
    error: trials.find(({ error }) => error !== null)?.error ?? null,
    stop_reason: trials.find(({ stop_reason }) => stop_reason !== null)?.stop_reason ?? null,
  }
}
