import { nsga2 } from '../../src/search/nsga2.ts'
import { random } from '../../src/search/random.ts'
import type { SearchMethod } from '../../src/search/search.ts'
import { tpe } from '../../src/search/tpe.ts'
import { printGoals, type Goal } from '../goals.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { compareBranching, goalsOfBranching } from './branching-contest.ts'
import { aheadOf, compete, printContest, ratioOf, type Contest } from './contest.ts'
import { functions } from './functions.ts'
import { mnistFunctions } from './mnist-table.ts'
import { compareWorkers, printWorkers, ratioOfWorkers, type ParallelSearch } from './parallel.ts'
import { timeSuggestions, type SuggestionTime } from './time-suggestions.ts'

interface Options {
  readonly quick: boolean
  readonly seed: number
  /** Trains the table of MNIST again. */
  readonly fresh: boolean
  /** Measures conditional spaces alone. */
  readonly branches: boolean
}

const methods: Readonly<Record<string, SearchMethod>> = { random, tpe, nsga2 }

/** Where swath is to find more than Optuna, beyond chance; elsewhere no less. */
const better = {
  tpe: ['conditional'],
  nsga2: ['zdt-1', 'zdt-2', 'zdt-3', 'dtlz-2', 'trade'],
} as Readonly<Record<string, readonly string[]>>
/** How rare chance has to be. */
const significant = 0.05
const workers = 8

/** Known functions in place of training: what swath's methods and Optuna's find in them with as many trials. */
export async function benchSearch({ quick, seed, fresh, branches }: Options): Promise<void> {
  const python = await peersPython()
  const seeds = Array.from({ length: quick ? 10 : 30 }, (_, k) => seed + k)
  await benchBranching(python, { quick, seeds })
  if (branches) return
  const contests: Contest[] = []
  // First, since a process that plans knows but one space.
  const times = await timeSuggestions(python, quick ? 10 : 50)
  console.log(`\nmedians of ${seeds.length} seeds from ${seed}; p: Mann-Whitney, two-sided\n`)
  for (const [name, known] of Object.entries({ ...functions, ...(await mnistFunctions({ fresh })) })) {
    const isPareto = known.reference !== undefined
    const trials = trialsOf(name, isPareto, quick)
    const asked = isPareto ? ['random', 'tpe', 'nsga2'] : ['random', 'tpe']
    for (const method of quick ? asked.slice(-1) : asked) {
      const own = methods[method]
      if (own === undefined) continue
      const contest = await compete(python, known, own, { function: name, method, trials, seeds })
      contests.push(contest)
      printContest(contest)
    }
  }
  console.log()
  const parallel: ParallelSearch[] = []
  for (const [name, known] of Object.entries(functions)) {
    if (known.reference !== undefined) continue
    const task = { function: name, method: 'tpe', workers, trials: quick ? 80 : 150, seeds }
    const compared = await compareWorkers(python, tpe, known, task)
    parallel.push(compared)
    printWorkers(compared)
  }
  const goals = [
    ...contests.filter(({ method }) => method !== 'random').map(goalOf),
    ...parallel.map(goalOfWorkers),
    ...times.map(goalOfTime),
  ]
  printGoals(`search (${seeds.length} seeds from ${seed})`, goals)
  // Other seeds are for a look: what is kept is of the first ones.
  if (quick || seed !== 0) return
  const [date, machine] = [new Date().toISOString(), describeMachine(python)]
  writeResults('search', { date, machine, seed, contests, parallel, times, goals })
}

/** Conditional spaces, with the minimum in each branch in turn; they have a file of results of their own. */
async function benchBranching(
  python: string,
  { quick, seeds }: { quick: boolean; seeds: readonly number[] },
): Promise<void> {
  const [seed = 0] = seeds
  console.log(`\nconditional spaces: median regret of ${seeds.length} seeds from ${seed}, share of trials 51 to 100\n`)
  const contests = await compareBranching(python, seeds, quick)
  const goals = contests.flatMap(goalsOfBranching)
  printGoals(`conditional spaces (${seeds.length} seeds from ${seed})`, goals)
  if (quick || seed !== 0) return
  const [date, machine] = [new Date().toISOString(), describeMachine(python)]
  writeResults('search-branches', { date, machine, seed, contests, goals })
}

/** Few for the table of MNIST, which has 300 points in all. */
function trialsOf(name: string, isPareto: boolean, quick: boolean): number {
  if (name.startsWith('mnist')) return isPareto ? 60 : 40
  return isPareto ? (quick ? 150 : 300) : quick ? 80 : 150
}

/**
 * The p of the rank test that the other one is the better one, for which it must not be too small; or, where swath is to be
 * better, that it is not.
 */
function goalOf(contest: Contest): Goal {
  const { function: name, method, p } = contest
  const ratio = ratioOf(contest)
  const figures = `${name}, ${method}: ${ratio.toFixed(2)} times Optuna's`
  const isAhead = aheadOf(contest)
  if (better[method]?.includes(name) === true) {
    return { name: `${figures}, better: p`, figure: isAhead ? p : 1, goal: significant, atLeast: false, unit: '' }
  }
  return { name: `${figures}, not worse: p`, figure: isAhead ? 1 : p, goal: significant, atLeast: true, unit: '' }
}

function goalOfWorkers({ function: name, swath, optuna }: ParallelSearch): Goal {
  const title = `${name}: trials that ${workers} workers need, beside one (Optuna's ${ratioOfWorkers(optuna).toFixed(2)})`
  return { name: title, figure: ratioOfWorkers(swath), goal: 1.1, atLeast: false }
}

function goalOfTime({ function: name, trials, swathMs }: SuggestionTime): Goal {
  const title = `${name}: a suggestion of tpe at ${trials.toLocaleString('en')} trials`
  return { name: title, figure: swathMs, goal: trials <= 1000 ? 0.5 : 5, atLeast: false, unit: ' ms' }
}
