import { objectivesOf } from '../metrics/catalogue.ts'
import { firstFront } from '../search/non-dominated.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { trialsById, trialsOf, trialsOfPoints } from '../store/trials.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { chooseAxes, type Axis, type AxisOptions } from './axes.ts'
import { eligiblePoints, isNoneFeasible, readPoints, type SweepPoints } from './points.ts'
import { pointResults, trialResults, type PointResult } from './trials.ts'
import { tellingParameters } from '../sweep/telling.ts'

/** The points of a sweep by what they cost and what they are worth. */
export interface ParetoResults {
  readonly axes: readonly Axis[]
  /** The front first, best on the last axis first; then the points that it dominates, then those that are not eligible. */
  readonly rows: readonly ParetoResult[]
  readonly varying: readonly string[]
  /** Points that there was no room for. */
  readonly hidden: number
  /** Completed trials that lack an objective. */
  readonly withoutObjective: number
  readonly noneFeasible: boolean
  /** True if a row stands for several trials. */
  readonly isRepeated: boolean
}

/** Where a point stands; `incomplete` ones lack a number on an axis. */
type ParetoPlace = (typeof places)[number]
const places = ['front', 'dominated', 'not eligible', 'incomplete'] as const

export interface ParetoResult extends PointResult {
  readonly place: ParetoPlace
  /** By axis; null where the point has no number. */
  readonly values: readonly (number | null)[]
}

interface Options extends AxisOptions {
  readonly limit: number | undefined
  /** True for a row a trial, each on its own. */
  readonly seeds?: boolean | undefined
}

/**
 * The completed points of a sweep, or the first `limit` of them. Without axes of the caller's the front is that of the sweep:
 * over all of its objectives, or over its objective and the cost of that.
 */
export async function paretoResults(store: Store, sweep: SweepRow, options: Options): Promise<ParetoResults> {
  const { x, y, limit, seeds = false } = options
  const isRepeated = !seeds && storedDefinition(sweep).repeat > 1
  const axes = await chooseAxes(store, sweep, { x, y })
  const objectives = objectivesOf(await sweepMetrics(store.db, sweep.id))
  const besides = axes.flatMap(({ metric }) => metric ?? [])
  const points = await readPoints(store.db, sweep, { besides, bySeed: seeds })
  const judged =
    x === undefined && y === undefined && objectives.length > 2
      ? objectives.map((metric): Axis => ({ key: metric.name, goal: metric.goal, source: 'metric', metric }))
      : axes
  const shown = firstPlaces(points, { judged, axes, limit: limit ?? Infinity })
  const values = axes.map((axis) => valuesOf(points, axis))
  const results = await resultsOf(
    store,
    sweep,
    shown.map(({ k }) => points.trials[k] ?? 0),
    {
      ...{ isRepeated, areAll: shown.length === points.size },
    },
  )
  const rows = shown.flatMap(({ k, place }): ParetoResult[] => {
    const result = results.get(points.trials[k] ?? 0)
    return result === undefined ? [] : [{ ...result, place, values: values.map((own) => numberOrNull(own[k])) }]
  })
  return {
    ...{ axes, rows, hidden: points.size - shown.length, withoutObjective: points.withoutObjective },
    varying: tellingParameters(sweep, rows, { areAll: shown.length === points.size }),
    noneFeasible: isNoneFeasible(points),
    isRepeated,
  }
}

/** Returns the first points and where they stand, in the order of {@link places}, the best by the objective first. */
function firstPlaces(
  points: SweepPoints,
  { judged, axes, limit }: { readonly judged: readonly Axis[]; readonly axes: readonly Axis[]; readonly limit: number },
): { readonly k: number; readonly place: ParetoPlace }[] {
  const judgedCosts = judged.map((axis) => costsOn(points, axis))
  const isEligible = new Uint8Array(points.size)
  for (const k of eligiblePoints(points)) isEligible[k] = 1
  const isComplete = Uint8Array.from({ length: points.size }, (_, k) =>
    judgedCosts.some((own) => Number.isNaN(own[k])) ? 0 : 1,
  )
  // Best by the objective first, then the cheapest: the front is found in this order without sorting once more.
  const keys = axes.map((axis) => Float64Array.from(costsOn(points, axis), lastIfNone)).reverse()
  const order = Uint32Array.from({ length: points.size }, (_, k) => k).sort((a, b) => {
    for (const own of keys) {
      const [one = 0, other = 0] = [own[a], own[b]]
      if (one !== other) return one < other ? -1 : 1
    }
    return a - b
  })
  const candidates = [...order.filter((k) => isComplete[k] === 1 && isEligible[k] === 1)]
  const costs = judgedCosts.toReversed()
  const isOnFront = new Uint8Array(points.size)
  if (costs.length > 0) {
    const rows = candidates.map((k) => costs.map((own) => own[k] ?? NaN))
    for (const place of firstFront(rows)) isOnFront[candidates[place] ?? 0] = 1
  }
  const rankOf = (k: number) => (isComplete[k] === 0 ? 3 : isOnFront[k] === 1 ? 0 : isEligible[k] === 1 ? 1 : 2)
  const shown: { readonly k: number; readonly place: ParetoPlace }[] = []
  for (const [rank, place] of places.entries()) {
    for (let at = 0; at < order.length && shown.length < limit; at++) {
      const k = order[at] ?? 0
      if (rankOf(k) === rank) shown.push({ k, place })
    }
  }
  return shown
}

/** A NaN has no place in an order. */
function lastIfNone(cost: number): number {
  return Number.isNaN(cost) ? Infinity : cost
}

/** Less is better. */
function costsOn(points: SweepPoints, axis: Axis): readonly number[] {
  const values = valuesOf(points, axis)
  return axis.goal === 'maximize' ? values.map((value) => -value) : values
}

/** The number of each point on an axis; NaN for a point without one. */
function valuesOf(points: SweepPoints, { key, metric }: Axis): readonly number[] {
  if (metric !== undefined) return points.means[points.metrics.findIndex(({ name }) => name === metric.name)] ?? []
  return points.params.map((params) => {
    const value = Object.hasOwn(params, key) ? params[key] : undefined
    return typeof value === 'number' ? value : NaN
  })
}

function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value
}

/** All that is known of some points, by their ids. */
async function resultsOf(
  { db }: Store,
  sweep: SweepRow,
  ids: readonly number[],
  { isRepeated, areAll }: { readonly isRepeated: boolean; readonly areAll: boolean },
): Promise<ReadonlyMap<number, PointResult>> {
  const some = isRepeated ? trialsOfPoints(db, sweep.id, ids) : trialsById(db, ids)
  const trials = await (areAll ? trialsOf(db, sweep.id) : some)
  const results = await trialResults(db, sweep, trials, { areAll })
  const points = isRepeated ? pointResults(results) : results.flatMap((trial) => pointResults([trial]))
  return new Map(points.map((point) => [point.trial, point]))
}
