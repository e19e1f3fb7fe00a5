import { History } from '../../src/search/history.ts'
import type { SearchMethod } from '../../src/search/search.ts'
import { medianOf } from '../../src/results/significance.ts'
import { askOptuna } from './ask-optuna.ts'
import type { TestFunction } from './functions.ts'

/** How many trials it takes several workers to come as far as one does by itself with all of its own. */
export interface ParallelSearch {
  readonly function: string
  readonly workers: number
  readonly trials: number
  readonly swath: Reached
  /** Of its TPE, which is told to take running trials for bad ones (`constant_liar`). */
  readonly optuna: Reached
}

interface Reached {
  /** The median over seeds of one worker's best value when it has done all trials. */
  readonly value: number
  /** From the start, the fewest trials with which the median is as good; NaN if twice as many are not enough. */
  readonly alone: number
  readonly together: number
}

interface Task {
  readonly function: string
  readonly method: string
  readonly workers: number
  readonly trials: number
  readonly seeds: readonly number[]
}

/** One worker beside several, who each know nothing of what the others are just training. */
export async function compareWorkers(
  python: string,
  method: SearchMethod,
  known: TestFunction,
  { workers, trials, seeds, ...named }: Task,
): Promise<ParallelSearch> {
  const alone = { ...named, seeds, trials, workers: 1 }
  const together = { ...named, seeds, trials: 2 * trials, workers }
  const own = ({ trials, workers }: Task) => seeds.map((seed) => valuesOf(method, known, { workers, trials, seed }))
  const its = async (task: Task) =>
    (await askOptuna(python, task)).map(({ values }) => values.map(([value = NaN]) => value))
  const [swath, optuna] = [reached(own(alone), own(together)), reached(await its(alone), await its(together))]
  return { function: named.function, workers, trials, swath, optuna }
}

type Values = readonly number[]

function reached(alone: readonly Values[], together: readonly Values[]): Reached {
  const one = medianBest(alone)
  const value = one.at(-1) ?? NaN
  const first = (values: Values) => {
    const place = values.findIndex((best) => best <= value)
    return place < 0 ? NaN : place + 1
  }
  return { value, alone: first(one), together: first(medianBest(together)) }
}

/** By trial: over all runs the median of the best value so far. */
function medianBest(runs: readonly Values[]): number[] {
  const bests = runs.map((values) => {
    let best = Infinity
    return values.map((value) => (best = Math.min(best, value)))
  })
  return (bests[0] ?? []).map((_, k) => medianOf(bests.map((best) => best[k] ?? NaN)))
}

/** By trial that ended. All take as long: so many run at any time, and the oldest ends first. */
function valuesOf(
  method: SearchMethod,
  { space, evaluate }: TestFunction,
  { workers, trials, seed }: { readonly workers: number; readonly trials: number; readonly seed: number },
): number[] {
  const history = new History(space, 1)
  const pending: { readonly number: number; readonly values: readonly number[] }[] = []
  return Array.from({ length: trials }, () => {
    while (pending.length < workers) {
      const number = history.size + 1
      const point = method.suggest({ space, seed, number, history })
      history.record({ number, point, state: 'running', values: [undefined] })
      pending.push({ number, values: evaluate(point) })
    }
    const ended = pending.shift()
    if (ended !== undefined) history.record({ ...ended, point: {}, state: 'completed' })
    return ended?.values[0] ?? Infinity
  })
}

/** How many times as many trials several workers need. */
export function ratioOfWorkers({ alone, together }: Reached): number {
  return Number.isNaN(together) ? Infinity : together / alone
}

export function printWorkers({ function: name, workers, trials, swath, optuna }: ParallelSearch): void {
  const told = (reached: Reached) =>
    Number.isNaN(reached.together)
      ? `more than ${2 * trials}`
      : `${reached.together} (${ratioOfWorkers(reached).toFixed(2)} times)`
  const one = `one worker comes to ${swath.value.toPrecision(4)} in ${swath.alone} trials, ${workers} in ${told(swath)}`
  console.log(
    `${name.padEnd(13)} ${one}; Optuna's to ${optuna.value.toPrecision(4)} in ${optuna.alone}, ${told(optuna)}`,
  )
}
