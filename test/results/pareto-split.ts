import type { Goal } from '../../src/metrics/goal.ts'
import { firstFront } from '../../src/search/non-dominated.ts'

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
 * on one; equal ones do not beat each other.
 */
export function paretoSplit<T>(
  rows: readonly T[],
  axes: readonly Axis[],
  valuesOf: (row: T) => AxisValues,
): ParetoSplit<T> {
  const points = rows.map((row) => ({ row, costs: axes.map((axis) => cost(axis, valuesOf(row))) }))
  const complete = points.filter(({ costs }) => !costs.some(Number.isNaN))
  const onFront = new Set(firstFront(complete.map(({ costs }) => costs)).map((k) => complete[k]))
  const last = axes.length - 1
  const bestFirst = complete.toSorted((a, b) => compare(a.costs, b.costs, last) || compare(a.costs, b.costs, 0))
  return {
    front: bestFirst.filter((point) => onFront.has(point)).map(({ row }) => row),
    dominated: bestFirst.filter((point) => !onFront.has(point)).map(({ row }) => row),
    incomplete: points.filter(({ costs }) => costs.some(Number.isNaN)).map(({ row }) => row),
  }
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
