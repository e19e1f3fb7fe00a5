import { hypervolume } from '../../src/search/hypervolume.ts'
import type { SearchMethod } from '../../src/search/search.ts'
import { askOptuna, type Task } from './ask-optuna.ts'
import type { TestFunction } from './functions.ts'
import { medianOf, rankTest } from '../../src/results/significance.ts'
import { runMethod } from './run-method.ts'

export interface Contest {
  readonly function: string
  readonly method: string
  readonly trials: number
  readonly isPareto: boolean
  /** Of each seed: how far the best trial is above the function's least value; of several objectives the hypervolume. */
  readonly swath: readonly number[]
  readonly optuna: readonly number[]
  /** How often chance alone sets two samples as far apart. */
  readonly p: number
}

export async function compete(python: string, known: TestFunction, method: SearchMethod, task: Task): Promise<Contest> {
  const { seeds, trials } = task
  const swath = seeds.map((seed) =>
    scoreOf(
      known,
      runMethod(method, known, { trials, seed }).map(({ values }) => values),
    ),
  )
  const runs = await askOptuna(python, task)
  for (const { values, params } of runs)
    checkSame(task.function, known.evaluate(params.at(-1) ?? {}), values.at(-1) ?? [])
  const optuna = runs.map(({ values }) => scoreOf(known, values))
  const isPareto = known.reference !== undefined
  return {
    function: task.function,
    method: task.method,
    trials,
    isPareto,
    swath,
    optuna,
    p: rankTest(swath, optuna)?.p ?? NaN,
  }
}

function scoreOf({ reference, least = 0 }: TestFunction, values: readonly (readonly number[])[]): number {
  if (reference !== undefined) return hypervolume(values, reference)
  return Math.min(...values.map(([value = NaN]) => value)) - least
}

/** Both languages have the functions: a slip in one would be taken for a better search. */
export function checkSame(name: string, own: readonly number[], theirs: readonly number[]): void {
  if (own.every((value, k) => Math.abs(value - (theirs[k] ?? NaN)) < 1e-9 * (1 + Math.abs(value)))) return
  throw new Error(`${name} is another function in Python: ${own.join(', ')} here, ${theirs.join(', ')} there`)
}

/** How many times less regret swath's median has, or more hypervolume: 1 is as good, more is better. */
export function ratioOf({ isPareto, swath, optuna }: Contest): number {
  const [own, its] = [medianOf(swath), medianOf(optuna)]
  return own === its ? 1 : isPareto ? own / its : its / own
}

/** Whether swath's ranks are the better ones: the side to which a rank test leans. */
export function aheadOf({ isPareto, swath, optuna }: Contest): boolean {
  let wins = 0
  for (const own of swath) for (const its of optuna) wins += Math.sign(isPareto ? own - its : its - own)
  return wins > 0
}

export function printContest(contest: Contest): void {
  const { function: name, method, trials, isPareto, swath, optuna, p } = contest
  const figure = (values: readonly number[]) => medianOf(values).toPrecision(4).padStart(10)
  const what = isPareto ? 'hypervolume' : 'regret'
  const title = `${name.padEnd(13)} ${method.padEnd(7)} ${trials} trials  ${what.padEnd(11)}`
  const medians = `swath ${figure(swath)}  Optuna ${figure(optuna)}`
  console.log(`${title}  ${medians}  ratio ${ratioOf(contest).toFixed(2).padStart(6)}  p = ${p.toPrecision(2)}`)
}
