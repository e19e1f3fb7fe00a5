import { History } from '../../src/search/history.ts'
import type { SearchMethod } from '../../src/search/search.ts'
import type { TestFunction } from './functions.ts'
import { medianOf } from '../../src/analysis/significance.ts'

/** How many trials it takes to come as far as one worker by itself does with all of its own. */
export interface ParallelSearch {
  readonly function: string
  readonly workers: number
  readonly trials: number
  /** Of one worker, the median over seeds of its best value when it has done all trials. */
  readonly reached: number
  /** From the start, the fewest trials with which the median is as good; NaN if three times as many are not enough. */
  readonly alone: number
  readonly together: number
}

/** One worker beside several, who each know nothing of what the others are just training. */
export function compareWorkers(
  method: SearchMethod,
  name: string,
  known: TestFunction,
  { workers, trials, seeds }: { readonly workers: number; readonly trials: number; readonly seeds: readonly number[] },
): ParallelSearch {
  const one = medians(seeds.map((seed) => bestSoFar(method, known, { workers: 1, trials, seed })))
  const many = medians(seeds.map((seed) => bestSoFar(method, known, { workers, trials: 3 * trials, seed })))
  const reached = one.at(-1) ?? NaN
  const first = (values: readonly number[]) => {
    const place = values.findIndex((value) => value <= reached)
    return place < 0 ? NaN : place + 1
  }
  return { function: name, workers, trials, reached, alone: first(one), together: first(many) }
}

function medians(runs: readonly (readonly number[])[]): number[] {
  return (runs[0] ?? []).map((_, k) => medianOf(runs.map((run) => run[k] ?? NaN)))
}

/** By trial that ended. All take as long: so many run at any time, and the oldest ends first. */
function bestSoFar(
  method: SearchMethod,
  { space, evaluate }: TestFunction,
  { workers, trials, seed }: { readonly workers: number; readonly trials: number; readonly seed: number },
): number[] {
  const history = new History(space, 1)
  const pending: { readonly number: number; readonly values: readonly number[] }[] = []
  let best = Infinity
  return Array.from({ length: trials }, () => {
    while (pending.length < workers) {
      const number = history.size + 1
      const point = method.suggest({ space, seed, number, history })
      history.record({ number, point, state: 'running', values: [undefined] })
      pending.push({ number, values: evaluate(point) })
    }
    const ended = pending.shift()
    if (ended !== undefined) history.record({ ...ended, point: {}, state: 'completed' })
    return (best = Math.min(best, ended?.values[0] ?? Infinity))
  })
}

export function printWorkers({ function: name, workers, trials, reached, alone, together }: ParallelSearch): void {
  const ratio = Number.isNaN(together)
    ? `more than ${3 * trials}`
    : `${together}, ${(together / alone).toFixed(2)} times`
  const one = `one worker comes to ${reached.toPrecision(4)} in ${alone} trials`
  console.log(`${name.padEnd(13)} ${one}, ${workers} workers in ${ratio}`)
}
