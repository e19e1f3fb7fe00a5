import type { Kysely } from 'kysely'

import { objectivesOf, type SweepMetric } from '../metrics/catalogue.ts'
import { meanOf, type Mean } from '../metrics/mean.ts'
import type { Parameters } from '../programs/program.ts'
import { coordinateIn, isThere, type SearchSpace } from '../search/space.ts'
import { completedPages, firstTrials, type CompletedRow } from '../store/completed-rows.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { spaceOf } from '../sweep/space.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/**
 * The completed points of a sweep as columns, in the order of its plan. A point is the trials with the same parameters, which
 * differ in their seeds; its values are means over the trials that count: completed ones with a finite value for every
 * objective. The SQL view `points` is the same model.
 */
export interface SweepPoints {
  readonly objectives: readonly SweepMetric[]
  /** The objectives, then others that were asked for. */
  readonly metrics: readonly SweepMetric[]
  readonly space: SearchSpace
  readonly size: number
  /** The first trial of each, which is the point's id. */
  readonly trials: readonly number[]
  /** Trials that count. */
  readonly seeds: readonly number[]
  /** When the last of these ended, in milliseconds. */
  readonly ended: readonly number[]
  /** By metric, then by point; NaN if no trial of a point has the metric. */
  readonly means: readonly (readonly number[])[]
  /** The standard errors of the means; NaN for a single seed. */
  readonly errors: readonly (readonly number[])[]
  /** The largest sum of excesses over the constraints among a point's trials; 0 for a feasible point. */
  readonly violations: readonly number[]
  /** By parameter of the space, then by point; NaN for a point without it. */
  readonly coordinates: readonly (readonly number[])[]
  readonly params: readonly Parameters[]
  /** Completed trials that lack an objective: they count for no point. `lackingObjectives` says which. */
  readonly withoutObjective: number
}

/** Reads the points of a sweep, with metrics besides its objectives. @param bySeed true for each trial as a point of its own */
export async function readPoints(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'name' | 'definition'>,
  { besides = [], bySeed = false }: { readonly besides?: readonly SweepMetric[]; readonly bySeed?: boolean } = {},
): Promise<SweepPoints> {
  const { parameters, repeat } = storedDefinition(sweep)
  const objectives = objectivesOf(await sweepMetrics(db, sweep.id))
  const others = besides.filter(({ name }) => !objectives.some((objective) => objective.name === name))
  const columns = new PointColumns(spaceOf(parameters), objectives, [...objectives, ...others])
  const ids = repeat === 1 || bySeed ? undefined : await firstTrials(db, sweep.id)
  for await (const page of completedPages(db, sweep.id, columns.metrics)) {
    for (const row of page) columns.add(row, ids?.get(row.params) ?? row.id)
  }
  return columns
}

class PointColumns implements SweepPoints {
  readonly space: SearchSpace
  readonly objectives: readonly SweepMetric[]
  readonly metrics: readonly SweepMetric[]
  readonly trials: number[] = []
  readonly seeds: number[] = []
  readonly violations: number[] = []
  withoutObjective = 0
  readonly #places = new Map<number, number>()
  readonly #texts: string[] = []
  readonly #ends: string[] = []
  /** By metric, then by point: the value of its first trial that has one; NaN without. */
  readonly #firsts: readonly number[][]
  /** By metric: all values of the points that have several. */
  readonly #several: readonly Map<number, number[]>[]
  #coordinates: readonly (readonly number[])[] | undefined
  #params: readonly Parameters[] | undefined
  #means: readonly (readonly number[])[] | undefined
  #errors: readonly (readonly number[])[] | undefined

  constructor(space: SearchSpace, objectives: readonly SweepMetric[], metrics: readonly SweepMetric[]) {
    this.space = space
    this.objectives = objectives
    this.metrics = metrics
    this.#firsts = metrics.map(() => [])
    this.#several = metrics.map(() => new Map())
  }

  get size(): number {
    return this.trials.length
  }

  get params(): readonly Parameters[] {
    return (this.#params ??= this.#texts.map((params, k) => storedParameters({ id: this.trials[k] ?? 0, params })))
  }

  get coordinates(): readonly (readonly number[])[] {
    return (this.#coordinates ??= this.space.parameters.map((parameter) =>
      this.params.map((params) => (isThere(parameter, params) ? coordinateIn(params, parameter) : NaN)),
    ))
  }

  get ended(): readonly number[] {
    return this.#ends.map((end) => Date.parse(end) || 0)
  }

  get means(): readonly (readonly number[])[] {
    return (this.#means ??= this.#overSeeds(
      (value) => value,
      ({ mean }) => mean,
    ))
  }

  get errors(): readonly (readonly number[])[] {
    return (this.#errors ??= this.#overSeeds(
      () => NaN,
      ({ se }) => se ?? NaN,
    ))
  }

  #overSeeds(ofOne: (value: number) => number, ofSeveral: (mean: Mean) => number): number[][] {
    return this.#firsts.map((firsts, metric) => {
      const numbers = firsts.map(ofOne)
      for (const [k, values] of this.#several[metric] ?? []) numbers[k] = ofSeveral(meanOf(values))
      return numbers
    })
  }

  /** Adds a completed trial to the point with this id. */
  add({ params, finished_at, violation, values }: CompletedRow, id: number): void {
    if (this.objectives.length === 0) return
    if (!this.objectives.every((_, k) => Number.isFinite(values[k] ?? NaN))) {
      this.withoutObjective++
      return
    }
    const k = this.#places.get(id) ?? this.#begin(id, params)
    this.seeds[k] = (this.seeds[k] ?? 0) + 1
    this.violations[k] = Math.max(this.violations[k] ?? 0, violation ?? 0)
    const end = finished_at ?? ''
    if (end > (this.#ends[k] ?? '')) this.#ends[k] = end
    for (let metric = 0; metric < this.metrics.length; metric++) {
      const value = values[metric] ?? null
      if (value !== null) this.#record(metric, k, value)
    }
  }

  #begin(id: number, params: string): number {
    const k = this.trials.push(id) - 1
    this.#places.set(id, k)
    this.#texts.push(params)
    this.#ends.push('')
    for (const firsts of this.#firsts) firsts.push(NaN)
    return k
  }

  #record(metric: number, k: number, value: number): void {
    const [firsts, several] = [this.#firsts[metric], this.#several[metric]]
    if (firsts === undefined || several === undefined) return
    const first = firsts[k] ?? NaN
    if (Number.isNaN(first)) firsts[k] = value
    else if (several.has(k)) several.get(k)?.push(value)
    else several.set(k, [first, value])
  }
}

/** By objective, or by some of the metrics: less is better. */
export function costsOf(
  points: SweepPoints,
  k: number,
  axes: readonly number[] = [...points.objectives.keys()],
): number[] {
  return axes.map((axis) => {
    const value = points.means[axis]?.[k] ?? NaN
    return points.metrics[axis]?.goal === 'maximize' ? -value : value
  })
}

/**
 * The points that may be best or on the front: feasible ones, or all if none is feasible; and at least half as many seeds as
 * the candidate with most, so that a single lucky seed does not win.
 */
export function eligiblePoints({ size, violations, seeds }: SweepPoints): number[] {
  const all = Array.from({ length: size }, (_, k) => k)
  const feasible = all.filter((k) => violations[k] === 0)
  const candidates = feasible.length > 0 ? feasible : all
  const most = candidates.reduce((count, k) => Math.max(count, seeds[k] ?? 0), 0)
  return candidates.filter((k) => 2 * (seeds[k] ?? 0) >= most)
}

/** True if there are points, and each violates a constraint. */
export function isNoneFeasible({ size, violations }: SweepPoints): boolean {
  return size > 0 && violations.every((violation) => violation > 0)
}
