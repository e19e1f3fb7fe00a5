import type { Kysely } from 'kysely'

import type { Parameters } from '../programs/program.ts'
import { namesIn, violation, type Constraint } from '../search/constraint.ts'
import { coordinateIn, isThere, type SearchSpace } from '../search/space.ts'
import type { Objective } from '../stopping/rule.ts'
import { completedPages, valueOf, type CompletedRow } from '../store/completed-rows.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { constraintsOf } from '../sweep/check-search.ts'
import { repeatOf, type SweepDefinition } from '../sweep/definition.ts'
import { spaceOf } from '../sweep/space.ts'

/**
 * The points that a sweep has completed, as columns, in the order of its plan. Trials of one point with seeds of their own
 * are one, with the mean of what they came to.
 */
export interface SweepPoints {
  readonly objectives: readonly Objective[]
  readonly space: SearchSpace
  readonly size: number
  /** The first completed trial of each. */
  readonly trials: readonly number[]
  /** Completed trials of each. */
  readonly seeds: readonly number[]
  /** When its last trial ended, in milliseconds. */
  readonly ended: readonly number[]
  /** By objective, then by point. */
  readonly means: readonly (readonly number[])[]
  /** The standard errors of the means; NaN of a single seed. */
  readonly errors: readonly (readonly number[])[]
  /** How far the constraints are broken in sum, of the seed that breaks them most; 0 where they are kept. */
  readonly violations: readonly number[]
  /** By parameter of the space, then by point: NaN where it is not there. */
  readonly coordinates: readonly (readonly number[])[]
  /** Completed trials that have not reported every objective. */
  readonly withoutValue: number
}

/** The definition of a sweep; one that was made in some other way than from a file has less of it. */
type Defined = Partial<Pick<SweepDefinition, 'parameters' | 'constraints'>>

export async function readPoints(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'definition'>,
  objectives: readonly Objective[],
): Promise<SweepPoints> {
  const { parameters = {}, constraints } = JSON.parse(sweep.definition) as Defined
  const repeat = repeatOf(sweep)
  const limits = constraintsOf({ constraints })
  const metrics = [...new Set([...objectives.map(({ name }) => name), ...limits.flatMap(namesIn)])]
  const columns = new PointColumns(spaceOf(parameters), objectives, limits)
  const places = new Map<string, number>()
  for await (const page of completedPages(db, sweep.id, metrics)) {
    for (const row of page) {
      const values = (name: string) => valueOf(row, name, metrics)
      const place = repeat === 1 ? undefined : places.get(row.params)
      const added = columns.add(row, values, place)
      if (repeat > 1 && added !== undefined) places.set(row.params, added)
    }
  }
  return columns
}

class PointColumns implements SweepPoints {
  readonly objectives: readonly Objective[]
  readonly space: SearchSpace
  readonly trials: number[] = []
  readonly seeds: number[] = []
  readonly ended: number[] = []
  readonly means: readonly number[][]
  readonly errors: readonly number[][]
  readonly violations: number[] = []
  readonly coordinates: readonly number[][]
  withoutValue = 0
  readonly #constraints: readonly Constraint[]
  /** By objective, then by point: the sum of the squares around the mean. */
  readonly #squares: readonly number[][]

  constructor(space: SearchSpace, objectives: readonly Objective[], constraints: readonly Constraint[]) {
    this.space = space
    this.objectives = objectives
    this.means = objectives.map(() => [])
    this.errors = objectives.map(() => [])
    this.#squares = objectives.map(() => [])
    this.coordinates = space.parameters.map(() => [])
    this.#constraints = constraints
  }

  get size(): number {
    return this.trials.length
  }

  /** Adds a trial to a point, or as a new one; returns the point's place, if the trial has all that it takes. */
  add(row: CompletedRow, values: (name: string) => number | undefined, place?: number): number | undefined {
    const its = this.objectives.map(({ name }) => values(name))
    if (!its.every((value) => value !== undefined && Number.isFinite(value))) {
      this.withoutValue++
      return undefined
    }
    const params = JSON.parse(row.params) as Parameters
    const k = place ?? this.#begin(row.id, params)
    const n = (this.seeds[k] ?? 0) + 1
    this.seeds[k] = n
    this.ended[k] = Math.max(this.ended[k] ?? 0, Date.parse(row.finished_at ?? '') || 0)
    for (const [objective, value = NaN] of its.entries()) this.#count(objective, k, value, n)
    const broken = this.#constraints.reduce((sum, constraint) => {
      const excess = violation(constraint, (name) => values(name) ?? params[name]) ?? 0
      return sum + Math.max(0, excess)
    }, 0)
    this.violations[k] = Math.max(this.violations[k] ?? 0, broken)
    return k
  }

  #begin(trial: number, params: Parameters): number {
    for (const [k, parameter] of this.space.parameters.entries()) {
      this.coordinates[k]?.push(isThere(parameter, params) ? coordinateIn(params, parameter) : NaN)
    }
    return this.trials.push(trial) - 1
  }

  /** Welford's way: one number after another. */
  #count(objective: number, k: number, value: number, n: number): void {
    const [means = [], errors = [], squares = []] = [
      ...[this.means[objective], this.errors[objective], this.#squares[objective]],
    ]
    const before = n === 1 ? 0 : (means[k] ?? 0)
    const mean = before + (value - before) / n
    const sum = (squares[k] ?? 0) + (value - before) * (value - mean)
    means[k] = mean
    squares[k] = n === 1 ? 0 : sum
    errors[k] = n === 1 ? NaN : Math.sqrt(sum / (n - 1) / n)
  }
}

/** By point, then by objective: less is better. */
export function costsOf({ objectives, means }: SweepPoints, k: number): number[] {
  return objectives.map(({ goal }, objective) => {
    const value = means[objective]?.[k] ?? NaN
    return goal === 'maximize' ? -value : value
  })
}

/**
 * The points that may be called best: those that keep to the constraints, or if none does all; and of several seeds a point
 * has to have completed at least half as many as the one that has most, so that a single lucky one does not win.
 */
export function eligiblePoints({ size, violations, seeds }: SweepPoints): number[] {
  const all = Array.from({ length: size }, (_, k) => k)
  const kept = all.filter((k) => violations[k] === 0)
  const candidates = kept.length > 0 ? kept : all
  const most = candidates.reduce((count, k) => Math.max(count, seeds[k] ?? 0), 0)
  return candidates.filter((k) => 2 * (seeds[k] ?? 0) >= most)
}
