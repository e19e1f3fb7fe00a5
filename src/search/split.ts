import type { Column } from './column.ts'
import type { History } from './history.ts'
import { hypervolumeSubset } from './hypervolume-subset.ts'
import { nonDominatedFronts } from './non-dominated.ts'

export interface Split {
  /** Rows, in order of their numbers. */
  readonly good: readonly number[]
  /** Of each of those, at most 1. */
  readonly weights: Float64Array
  /** All others: worse ones, those that failed and those that are pending. */
  readonly others: readonly number[]
  /** How many trials have said something, and how many are still to. */
  readonly finished: number
  readonly pending: number
}

/**
 * Splits trials into the best tenth of the finished ones and the rest. Those that keep to the constraints come before those
 * that do not, completed ones before stopped ones.
 *
 * @param rows in order; all of the history by default
 */
export function splitTrials(history: History, rows = rowsOf(history)): Split {
  const { outcomes, violations } = history
  const kept: Record<'completed' | 'stopped', number[]> = { completed: [], stopped: [] }
  const broken: number[] = []
  let pending = 0
  for (const row of rows) {
    const outcome = outcomes[row]
    if (outcome === 'pending') pending++
    if (outcome !== 'completed' && outcome !== 'stopped') continue
    if (violations.at(row) > 0) broken.push(row)
    else kept[outcome].push(row)
  }
  const finished = kept.completed.length + kept.stopped.length + broken.length
  const wanted = goodOnes(finished, history.objectives)

  const good = bestCompleted(history, kept.completed, wanted)
  if (good.length < wanted) good.push(...bestStopped(history, kept.stopped).slice(0, wanted - good.length))
  if (good.length < wanted) good.push(...leastOf(violations, broken, wanted - good.length))
  const weightOf = new Float64Array(history.size)
  for (const [rank, row] of good.entries()) weightOf[row] = weightOfRank(rank, good.length, history.objectives)
  return { ...byWeight(rows, weightOf), finished, pending }
}

/** Adds the good trials of a part of the rows, so that a branch in which none is among the best of all learns from its own. */
export function withGoodOf(history: History, split: Split, rows: readonly number[]): Split {
  const weightOf = new Float64Array(history.size)
  const own = splitTrials(history, rows)
  for (const { good, weights } of [split, own]) {
    for (const [k, row] of good.entries()) weightOf[row] = Math.max(weightOf[row] ?? 0, weights[k] ?? 0)
  }
  return { ...split, ...byWeight(rowsOf(history), weightOf) }
}

function rowsOf({ size }: History): readonly number[] {
  const rows: number[] = []
  for (let row = 0; row < size; row++) rows.push(row)
  return rows
}

function byWeight(rows: readonly number[], weightOf: Float64Array): Pick<Split, 'good' | 'weights' | 'others'> {
  const [good, others]: [number[], number[]] = [[], []]
  for (const row of rows) (weightOf[row] === 0 ? others : good).push(row)
  return { good, weights: Float64Array.from(good, (row) => weightOf[row] ?? 0), others }
}

/**
 * The better, the more: by the logarithm of the rank (N. Hansen, The CMA Evolution Strategy: a tutorial, 2016, section 2.2).
 * All points of a front are equally good.
 */
function weightOfRank(rank: number, count: number, objectives: number): number {
  return objectives > 1 ? 1 : 1 - Math.log(rank + 1) / Math.log(count + 1)
}

function goodOnes(finished: number, objectives: number): number {
  // A front takes more points than a single best.
  return Math.min(Math.ceil(0.1 * finished), objectives > 1 ? 100 : 25)
}

/** Of several objectives: front by front; of the last one, which has too many, those that dominate most together. */
function bestCompleted(history: History, rows: readonly number[], count: number): number[] {
  const [values] = history.values
  if (values !== undefined && history.objectives === 1) return leastOf(values, rows, count)
  const points = rows.map((row) => history.values.map((column) => column.at(row)))
  const best: number[] = []
  for (const front of nonDominatedFronts(points, count)) {
    const room = count - best.length
    if (front.length <= room) best.push(...front)
    else {
      const its = front.map((k) => points[k] ?? [])
      best.push(...hypervolumeSubset(its, room, referenceOf(its)).map((k) => front[k] ?? 0))
    }
  }
  return best.map((k) => rows[k] ?? 0)
}

/** What got further tells more; of those, the better first. */
function bestStopped({ epochs, values }: History, rows: readonly number[]): number[] {
  const unknownLast = (row: number) => {
    const value = values[0]?.at(row) ?? NaN
    return Number.isNaN(value) ? Number.MAX_VALUE : value
  }
  return rows.toSorted((a, b) => epochs.at(b) - epochs.at(a) || unknownLast(a) - unknownLast(b) || a - b)
}

/** A tenth beyond the worst of each objective. */
function referenceOf(points: readonly (readonly number[])[]): number[] {
  return (points[0] ?? []).map((_, axis) => {
    const worst = Math.max(...points.map((point) => point[axis] ?? 0))
    return worst === 0 ? 1e-12 : Math.max(1.1 * worst, 0.9 * worst)
  })
}

/** The `count` rows that have least, the earlier of two that agree; in linear time for a small count. */
function leastOf(column: Column, rows: readonly number[], count: number): number[] {
  const first: number[] = []
  const values: number[] = []
  for (const row of rows) {
    const value = column.at(row)
    if (first.length >= count && !(value < (values[count - 1] ?? -Infinity))) continue
    let place = Math.min(first.length, count - 1)
    for (; place > 0 && value < (values[place - 1] ?? 0); place--) {
      first[place] = first[place - 1] ?? 0
      values[place] = values[place - 1] ?? 0
    }
    first[place] = row
    values[place] = value
  }
  return first
}
