import { History } from '../../src/search/history.ts'
import { random } from '../../src/search/random.ts'
import { tpe } from '../../src/search/tpe.ts'
import { runProcess } from '../run-process.ts'
import { optunaScript } from './ask-optuna.ts'
import { functions } from './functions.ts'
import { medianOf } from '../../src/results/significance.ts'

export interface SuggestionTime {
  readonly function: string
  readonly trials: number
  /** Medians. */
  readonly swathMs: number
  readonly optunaMs: number
}

const sizes = [1_000, 10_000]

/** What a suggestion of tpe takes when there are so many trials already, recording it included. */
export async function timeSuggestions(python: string, repeats: number): Promise<SuggestionTime[]> {
  const times: SuggestionTime[] = []
  for (const name of ['hartmann-6', 'conditional']) {
    // A planner has asked often before.
    const own = timeOwn(name, 4 * repeats)
    const asked = JSON.stringify({ function: name, time: sizes, repeats: Math.min(repeats, 10) })
    const { stdout } = await runProcess([python, optunaScript, asked])
    for (const [k, seconds] of (JSON.parse(stdout) as number[]).entries()) {
      const time = { function: name, trials: sizes[k] ?? 0, swathMs: own[k] ?? NaN, optunaMs: 1000 * seconds }
      times.push(time)
      const figures = `swath ${time.swathMs.toFixed(3)} ms  Optuna ${time.optunaMs.toFixed(1)} ms`
      console.log(`${name.padEnd(13)} a suggestion at ${time.trials.toLocaleString('en')} trials  ${figures}`)
    }
  }
  return times
}

function timeOwn(name: string, repeats: number): number[] {
  const known = functions[name]
  if (known === undefined) throw new Error(`there is no function ${name}`)
  const { space, evaluate } = known
  const history = new History(space, 1)
  const next = (method: typeof random) => {
    const number = history.size + 1
    const point = method.suggest({ space, seed: 0, number, history })
    history.record({ number, point, state: 'completed', values: evaluate(point) })
  }
  return sizes.map((size) => {
    while (history.size < size) next(random)
    const times = Array.from({ length: 2 * repeats }, () => {
      const started = performance.now()
      next(tpe)
      return performance.now() - started
    })
    // The first half has the compiler warm up.
    return medianOf(times.slice(repeats))
  })
}
