import type { Parameters } from '../../src/programs/program.ts'
import { History } from '../../src/search/history.ts'
import type { SearchMethod } from '../../src/search/search.ts'
import type { TestFunction } from './functions.ts'

export interface BenchTrial {
  readonly point: Parameters
  readonly values: readonly number[]
}

/** Runs a search with one worker. */
export function runMethod(
  method: SearchMethod,
  { space, evaluate, reference }: TestFunction,
  { trials, seed }: { readonly trials: number; readonly seed: number },
): BenchTrial[] {
  const history = new History(space, reference?.length ?? 1)
  return Array.from({ length: trials }, (_, k) => {
    const point = method.suggest({ space, seed, number: k + 1, history })
    const values = evaluate(point)
    history.record({ number: k + 1, point, state: 'completed', values })
    return { point, values }
  })
}
