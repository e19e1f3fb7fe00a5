import { costRank, goalByName, objectiveRank, type Goal } from './goal.ts'
import { defaultReduction, type Reduction } from './reduction.ts'

/** What a sweep file declares about metrics. */
export interface DeclaredMetrics {
  readonly objectives: readonly DeclaredObjective[]
  /** By metric; the default holds for any other. */
  readonly reductions: Readonly<Record<string, Reduction>>
}

interface DeclaredObjective {
  readonly name: string
  readonly goal: Goal
  readonly reduction?: Reduction | undefined
}

/** How a metric of a sweep is read: a row of the table `sweep_metrics`. */
export interface SweepMetric {
  readonly name: string
  readonly goal: Goal
  readonly reduction: Reduction
  /** Place among the declared objectives, from 1; null for a metric that is none. */
  readonly objective: number | null
  /** Rank as the objective of a sweep that declares none, and as its cost (null for no cost); least first. */
  readonly objective_rank: number
  readonly cost_rank: number | null
  /** 1 once a trial has reported it. */
  readonly reported: number
  /** 1 for a cost that swath counts before a trial is trained: it is in the trial's own column. */
  readonly counted: number
}

export function sweepMetric(name: string, { objectives, reductions }: DeclaredMetrics): SweepMetric {
  const place = objectives.findIndex((objective) => objective.name === name)
  const declared = objectives[place]
  const given = Object.hasOwn(reductions, name) ? reductions[name] : undefined
  return {
    name,
    goal: declared?.goal ?? goalByName(name),
    reduction: declared?.reduction ?? given ?? defaultReduction(name),
    objective: place < 0 ? null : place + 1,
    objective_rank: objectiveRank(name),
    cost_rank: costRank(name),
    ...{ reported: 0, counted: 0 },
  }
}

/** Metrics that a sweep declares, whether they are reported or not. */
export function declaredNames({ objectives, reductions }: DeclaredMetrics): string[] {
  return [...new Set([...objectives.map(({ name }) => name), ...Object.keys(reductions)])].sort()
}

/** What trials are judged by: the declared objectives, else the best-known reported metric; nothing before one is reported. */
export function objectivesOf(metrics: readonly SweepMetric[]): SweepMetric[] {
  const declared = metrics.filter(({ objective }) => objective !== null)
  if (declared.length > 0) return declared.sort((a, b) => (a.objective ?? 0) - (b.objective ?? 0))
  const [first] = knownOf(metrics).sort((a, b) => a.objective_rank - b.objective_rank)
  return first === undefined ? [] : [first]
}

/** What the first objective costs: the second one, else the first reported cost; undefined if nothing is known of costs. */
export function costOf(metrics: readonly SweepMetric[]): SweepMetric | undefined {
  const [first, second] = objectivesOf(metrics)
  if (first === undefined || second !== undefined) return second
  const [cost] = knownOf(metrics)
    .filter(({ name, cost_rank }) => cost_rank !== null && name !== first.name)
    .sort((a, b) => (a.cost_rank ?? 0) - (b.cost_rank ?? 0))
  return cost
}

function knownOf(metrics: readonly SweepMetric[]): SweepMetric[] {
  return metrics.filter((metric) => metric.reported === 1 || metric.counted === 1)
}

/** How a metric of a sweep is read. @param metrics as the store has them */
export function metricNamed(metrics: readonly SweepMetric[], name: string): SweepMetric {
  return metrics.find((metric) => metric.name === name) ?? sweepMetric(name, { objectives: [], reductions: {} })
}
