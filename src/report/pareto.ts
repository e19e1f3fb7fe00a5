export type Goal = 'minimize' | 'maximize'

/** One thing that trials are judged by. */
export interface Axis {
  readonly key: string
  readonly goal: Goal
}

/** What a trial has on each axis, by its key; null or NaN where it has nothing. */
export type AxisValues = Readonly<Record<string, number | null | undefined>>

export interface ParetoSplit<T> {
  /** The trials that no other one beats, best on the last axis first. */
  readonly front: readonly T[]
  /** Beaten by one of the front, in the same order. */
  readonly dominated: readonly T[]
  /** Without a value on one of the axes. */
  readonly incomplete: readonly T[]
}

/**
 * Splits trials into their Pareto front and the rest. A trial is beaten by another that is no worse on any axis and better
 * on one; equal ones do not beat each other. One or two axes take n·log n steps, more take n times the front.
 */
export function paretoSplit<T>(
  rows: readonly T[],
  axes: readonly Axis[],
  valuesOf: (row: T) => AxisValues,
): ParetoSplit<T> {
  const points = rows.map((row) => ({ row, costs: axes.map((axis) => cost(axis, valuesOf(row))) }))
  const complete = points.filter(({ costs }) => !costs.some(Number.isNaN))
  const isOnFront = axes.length <= 2 ? frontInThePlane(complete) : frontOfMany(complete)
  const last = axes.length - 1
  const bestFirst = complete.toSorted((a, b) => compare(a.costs, b.costs, last) || compare(a.costs, b.costs, 0))
  return {
    front: bestFirst.filter((point) => isOnFront.has(point)).map(({ row }) => row),
    dominated: bestFirst.filter((point) => !isOnFront.has(point)).map(({ row }) => row),
    incomplete: points.filter(({ costs }) => costs.some(Number.isNaN)).map(({ row }) => row),
  }
}

interface Point {
  readonly costs: readonly number[]
}

/** Less is better on every axis. */
function cost({ key, goal }: Axis, values: AxisValues): number {
  const value = values[key] ?? NaN
  return goal === 'minimize' ? value : -value
}

function compare(a: readonly number[], b: readonly number[], axis: number): number {
  const [first, second] = [a[axis] ?? 0, b[axis] ?? 0]
  // Not their difference: that of two infinities is NaN.
  return first < second ? -1 : first > second ? 1 : 0
}

/** In order of the first cost, a point is on the front if it beats the second cost of all that are cheaper. */
function frontInThePlane<P extends Point>(points: readonly P[]): ReadonlySet<P> {
  const front = new Set<P>()
  const sorted = points.toSorted((a, b) => compare(a.costs, b.costs, 0) || compare(a.costs, b.costs, 1))
  let best: readonly number[] | undefined
  for (const point of sorted) {
    if (best === undefined || compare(point.costs, best, 1) < 0) best = point.costs
    else if (compare(point.costs, best, 0) !== 0 || compare(point.costs, best, 1) !== 0) continue
    front.add(point)
  }
  // With one axis every point has the same second cost, so that only the cheapest ones are left.
  return front
}

function frontOfMany<P extends Point>(points: readonly P[]): ReadonlySet<P> {
  // In lexicographic order a point can only be beaten by an earlier one, and so by an earlier one of the front.
  const sorted = points.toSorted(
    ({ costs: a }, { costs: b }) => a.map((_, k) => compare(a, b, k)).find((d) => d !== 0) ?? 0,
  )
  const front: P[] = []
  for (const point of sorted) if (!front.some((other) => beats(other.costs, point.costs))) front.push(point)
  return new Set(front)
}

function beats(a: readonly number[], b: readonly number[]): boolean {
  return a.every((_, k) => compare(a, b, k) <= 0) && a.some((_, k) => compare(a, b, k) < 0)
}
