import type { History } from './history.ts'
import { hypervolumeSubset } from './hypervolume-subset.ts'
import { nonDominatedFronts } from './non-dominated.ts'

export interface Split {
  /** Rows, in order of their numbers. */
  readonly good: readonly number[]
  /** All others: worse ones, those that failed and those that are pending. */
  readonly others: readonly number[]
  /** How many trials have said something. */
  readonly finished: number
}

/**
 * The best tenth of the finished trials, and the rest. Those that keep to the constraints come before those that do not,
 * completed ones before stopped ones.
 */
export function splitTrials(history: History): Split {
  const { outcomes, violations } = history
  const kept: Record<'completed' | 'stopped', number[]> = { completed: [], stopped: [] }
  const broken: number[] = []
  for (let row = 0; row < history.size; row++) {
    const outcome = outcomes[row]
    if (outcome !== 'completed' && outcome !== 'stopped') continue
    if (violations.at(row) > 0) broken.push(row)
    else kept[outcome].push(row)
  }
  const finished = kept.completed.length + kept.stopped.length + broken.length
  const wanted = goodOnes(finished, history.objectives)

  const good = bestCompleted(history, kept.completed, wanted)
  good.push(...firstBy(kept.stopped, wanted - good.length, (row) => rankOfStopped(history, row)))
  good.push(...firstBy(broken, wanted - good.length, (row) => [violations.at(row)]))
  good.sort((a, b) => a - b)
  const isGood = new Uint8Array(history.size)
  for (const row of good) isGood[row] = 1
  const others: number[] = []
  for (let row = 0; row < history.size; row++) if (isGood[row] === 0) others.push(row)
  return { good, others, finished }
}

function goodOnes(finished: number, objectives: number): number {
  // A front takes more points than a single best.
  return Math.min(Math.ceil(0.1 * finished), objectives > 1 ? 100 : 25)
}

/** Of several objectives: front by front; of the last one, which has too many, those that dominate most together. */
function bestCompleted(history: History, rows: readonly number[], count: number): number[] {
  const [values] = history.values
  if (history.objectives === 1) return firstBy(rows, count, (row) => [values?.at(row) ?? 0])
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

/** A tenth beyond the worst of each objective. */
function referenceOf(points: readonly (readonly number[])[]): number[] {
  return (points[0] ?? []).map((_, axis) => {
    const worst = Math.max(...points.map((point) => point[axis] ?? 0))
    return worst === 0 ? 1e-12 : Math.max(1.1 * worst, 0.9 * worst)
  })
}

/** What got further tells more; of those, the better first. */
function rankOfStopped({ epochs, values }: History, row: number): number[] {
  const value = values[0]?.at(row) ?? NaN
  return [-epochs.at(row), Number.isNaN(value) ? Infinity : value]
}

/** The `count` first rows by their keys, the earlier of two that agree; in linear time for a small count. */
function firstBy(rows: readonly number[], count: number, keyOf: (row: number) => readonly number[]): number[] {
  const first: { readonly row: number; readonly key: readonly number[] }[] = []
  if (count <= 0) return []
  for (const row of rows) {
    const key = keyOf(row)
    const worst = first[count - 1]
    if (worst !== undefined && !precedes(key, worst.key)) continue
    let place = first.length
    while (place > 0 && precedes(key, first[place - 1]?.key ?? [])) place--
    first.splice(place, 0, { row, key })
    if (first.length > count) first.pop()
  }
  return first.map(({ row }) => row)
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  for (const [k, value] of a.entries()) {
    const other = b[k] ?? 0
    if (value !== other) return value < other
  }
  return false
}
