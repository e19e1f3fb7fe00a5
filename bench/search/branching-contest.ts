import { medianOf, rankTest } from '../../src/results/significance.ts'
import { tpe } from '../../src/search/tpe.ts'
import type { Goal } from '../goals.ts'
import { askOptuna } from './ask-optuna.ts'
import { branchingFunctions, type BranchingFunction } from './branching.ts'
import { aheadOf, checkSame, ratioOf } from './contest.ts'
import { runMethod, type BenchTrial } from './run-method.ts'

/** What one sampler finds in a conditional space, over seeds. */
interface Found {
  /** By seed: how far the best trial is above the minimum. */
  readonly regrets: readonly number[]
  /** Runs whose best trial is in another branch than the minimum; null where several branches are about as good. */
  readonly stuck: number | null
  /** By branch: its share of trials 51 to 100. */
  readonly shares: Readonly<Record<string, number>>
}

export interface BranchingContest {
  readonly function: string
  readonly trials: number
  readonly best: string
  readonly swath: Found
  /** Runs of Optuna's TPE with `multivariate` and `group`. */
  readonly optuna: Found
  readonly p: number
}

const significant = 0.05
/** No more runs than this share may end in another branch. */
const mostStuck = 0.1

/** Compares TPE with Optuna's in conditional spaces, with the minimum in each branch in turn. */
export async function compareBranching(
  python: string,
  seeds: readonly number[],
  quick: boolean,
): Promise<BranchingContest[]> {
  const contests: BranchingContest[] = []
  for (const [name, known] of Object.entries(branchingFunctions)) {
    const trials = name.startsWith('svm') || quick ? 100 : 150
    const runs = await askOptuna(python, { function: name, method: 'tpe', trials, seeds })
    const its = runs.map(({ values, params }) =>
      params.map((point, k): BenchTrial => ({ point, values: values[k] ?? [] })),
    )
    for (const { point, values } of its.flat()) checkSame(name, known.evaluate(point), values)
    const optuna = foundIn(name, known, its)
    const swath = foundIn(
      name,
      known,
      seeds.map((seed) => runMethod(tpe, known, { trials, seed })),
    )
    const p = rankTest(swath.regrets, optuna.regrets)?.p ?? NaN
    const contest = { function: name, trials, best: known.best, swath, optuna, p }
    contests.push(contest)
    printBranching(contest)
  }
  return contests
}

function foundIn(name: string, known: BranchingFunction, runs: readonly (readonly BenchTrial[])[]): Found {
  const { branches, branchOf, best, least = 0 } = known
  const valueOf = ({ values }: BenchTrial) => values[0] ?? NaN
  const bests = runs.flatMap((trials) => {
    const lowest = Math.min(...trials.map(valueOf))
    return trials.find((trial) => valueOf(trial) === lowest) ?? []
  })
  const later = runs.flatMap((trials) => trials.slice(50, 100))
  const shareOf = (branch: string) => later.filter(({ point }) => branchOf(point) === branch).length / later.length
  return {
    regrets: bests.map((trial) => valueOf(trial) - least),
    stuck: name.startsWith('svm') ? null : bests.filter(({ point }) => branchOf(point) !== best).length,
    shares: Object.fromEntries(branches.map((branch) => [branch, shareOf(branch)])),
  }
}

function printBranching({ function: name, best, swath, optuna, p }: BranchingContest): void {
  const told = ({ regrets, stuck, shares }: Found) => {
    const share = `${(100 * (shares[best] ?? 0)).toFixed(0)} %`.padStart(5)
    return `${medianOf(regrets).toPrecision(2).padStart(9)} ${share} in ${best}${stuck === null ? '' : `, ${stuck} stuck`}`
  }
  console.log(
    `${name.padEnd(14)} swath ${told(swath).padEnd(34)} Optuna ${told(optuna).padEnd(34)} p = ${p.toPrecision(2)}`,
  )
}

/** Not worse than Optuna by ranks; and hardly ever stuck. */
export function goalsOfBranching({ function: name, swath, optuna, p }: BranchingContest): Goal[] {
  const contest = {
    function: name,
    method: 'tpe',
    trials: 0,
    isPareto: false,
    swath: swath.regrets,
    optuna: optuna.regrets,
    p,
  }
  const title = `${name}: ${ratioOf(contest).toFixed(2)} times Optuna's, not worse: p`
  const figure = aheadOf(contest) || Number.isNaN(p) ? 1 : p
  const goals: Goal[] = [{ name: title, figure, goal: significant, atLeast: true, unit: '' }]
  if (swath.stuck !== null) {
    const share = swath.stuck / swath.regrets.length
    goals.push({
      name: `${name}: runs stuck in another branch (Optuna's ${optuna.stuck})`,
      figure: share,
      goal: mostStuck,
      atLeast: false,
      unit: '',
    })
  }
  return goals
}
