import type { History } from './history.ts'

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
    if ((violations[row] ?? 0) > 0) broken.push(row)
    else kept[outcome].push(row)
  }
  const finished = kept.completed.length + kept.stopped.length + broken.length
  const wanted = goodOnes(finished, history.objectives)

  const good = bestCompleted(history, kept.completed, wanted)
  good.push(...firstBy(kept.stopped, wanted - good.length, (row) => rankOfStopped(history, row)))
  good.push(...firstBy(broken, wanted - good.length, (row) => [violations[row] ?? 0]))
  good.sort((a, b) => a - b)
  const isGood = new Uint8Array(history.size)
  for (const row of good) isGood[row] = 1
  const others: number[] = []
  for (let row = 0; row < history.size; row++) if (isGood[row] === 0) others.push(row)
  return { good, others, finished }
}

function goodOnes(finished: number, objectives: number): number {
  const tenth = Math.ceil(0.1 * finished)
  return objectives > 1 ? tenth : Math.min(tenth, 25)
}

function bestCompleted(history: History, rows: readonly number[], count: number): number[] {
  const [values = []] = history.values
  return firstBy(rows, count, (row) => [values[row] ?? 0])
}

/** What got further tells more; of those, the better first. */
function rankOfStopped({ epochs, values }: History, row: number): number[] {
  const value = values[0]?.[row] ?? NaN
  return [-(epochs[row] ?? 0), Number.isNaN(value) ? Infinity : value]
}

/** The `count` first rows by their keys, the earlier of two that agree; in linear time for a small count. */
function firstBy(rows: readonly number[], count: number, keyOf: (row: number) => readonly number[]): number[] {
  const first: { readonly row: number; readonly key: readonly number[] }[] = []
  for (const row of rows) {
    const key = keyOf(row)
    let place = first.length
    while (place > 0 && precedes(key, first[place - 1]?.key ?? [])) place--
    if (place >= count) continue
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
