import { nsga2 } from '../../src/search/nsga2.ts'
import { random } from '../../src/search/random.ts'
import type { SearchMethod } from '../../src/search/search.ts'
import { tpe } from '../../src/search/tpe.ts'
import { printGoals, type Goal } from '../goals.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { compete, printContest, type Contest } from './contest.ts'
import { functions } from './functions.ts'
import { median } from './rank-test.ts'
import { timeSuggestions, type SuggestionTime } from './time-suggestions.ts'

const methods: Readonly<Record<string, SearchMethod>> = { random, tpe, nsga2 }

/** Known functions in place of training: what swath's methods and Optuna's find in them with as many trials. */
export async function benchSearch({ quick, seed }: { quick: boolean; seed: number }): Promise<void> {
  const python = await peersPython()
  const seeds = Array.from({ length: quick ? 10 : 30 }, (_, k) => seed + k)
  const contests: Contest[] = []
  console.log(`medians of ${seeds.length} seeds from ${seed}; p: Mann-Whitney, two-sided\n`)
  for (const [name, known] of Object.entries(functions)) {
    const isPareto = known.reference !== undefined
    const trials = isPareto ? (quick ? 150 : 300) : quick ? 80 : 150
    const asked = isPareto ? ['random', 'tpe', 'nsga2'] : ['random', 'tpe']
    for (const method of quick ? asked.slice(-1) : asked) {
      const own = methods[method]
      if (own === undefined) continue
      const contest = await compete(python, known, own, { function: name, method, trials, seeds })
      contests.push(contest)
      printContest(contest)
    }
  }
  const times = await timeSuggestions(python, quick ? 10 : 50)
  const goals = [...contests.filter(({ method }) => method !== 'random').map(goalOf), ...times.map(goalOfTime)]
  printGoals(`search (${seeds.length} seeds from ${seed})`, goals)
  if (!quick) {
    writeResults('search', {
      date: new Date().toISOString(),
      machine: describeMachine(python),
      seed,
      contests,
      times,
      goals,
    })
  }
}

/** How many times Optuna's regret is swath's, or swath's hypervolume Optuna's: 1 is as good, more is better. */
function goalOf({ function: name, method, isPareto, swath, optuna, p }: Contest): Goal {
  const [own, its] = [median(swath), median(optuna)]
  // Where chance alone sets them as far apart, neither is worse.
  const figure = p > 0.05 ? Math.max(1, isPareto ? own / its : its / own) : isPareto ? own / its : its / own
  return { name: `${name}, ${method}: as good as Optuna's`, figure, goal: 1, atLeast: true }
}

function goalOfTime({ function: name, trials, swathMs }: SuggestionTime): Goal {
  const title = `${name}: a suggestion of tpe at ${trials.toLocaleString('en')} trials`
  return { name: title, figure: swathMs, goal: trials <= 1000 ? 0.5 : 5, atLeast: false, unit: ' ms' }
}
