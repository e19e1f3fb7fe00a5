import { join } from 'node:path'
import { printGoals, type Goal } from '../goals.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { runProcess } from '../run-process.ts'
import { runNothing, type Orchestration } from './run-nothing.ts'

interface Peer {
  readonly name: string
  readonly trials: number
  readonly msPerTrial: number
}

const goalMs = 0.25
/** They take so long a trial that these are enough; what a trial costs grows with their number, if at all. */
const optunaTrials = 200
const rayTrials = 50

/** What it costs to run a trial: trials that do nothing but report twice, each report on disk before it counts. */
export async function benchOrchestrate({ quick }: { quick: boolean }): Promise<void> {
  const python = await peersPython()
  const machine = describeMachine(python)
  // Once for the caches of files and of compiled code.
  await runNothing(100, 1)

  console.log('\n  trials  workers   ms a trial   CPU ms   besides, s   memory, MB: at first, at last')
  const runs: Orchestration[] = []
  const sizes = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]
  for (const trials of sizes) {
    // One after the other a trial waits for two flushes of the disk at least; the largest only as quick as it goes.
    for (const workers of trials > 10_000 || (quick && trials > 1_000) ? [8] : [1, 2, 8]) {
      const run = await runNothing(trials, workers)
      runs.push(run)
      printRun(run)
    }
  }

  const peer = async (name: string, trials: number, script: string, ...args: string[]): Promise<Peer> => {
    const { stdout } = await runProcess([python, join(import.meta.dirname, '..', 'peers', script), ...args])
    const { seconds, trials: done } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>
    if (done !== trials) throw new Error(`${name}: ${done ?? 0} of ${trials} trials`)
    return { name, trials, msPerTrial: (1000 * (seconds ?? NaN)) / trials }
  }
  const optuna = (sampler: string) =>
    peer(`Optuna on SQLite, ${sampler}`, optunaTrials, 'optuna_nothing.py', sampler, String(optunaTrials))
  const count = quick ? 10 : rayTrials
  const peers = [
    await optuna('random'),
    await optuna('grid'),
    await peer('Ray Tune', count, 'ray_nothing.py', String(count)),
  ]
  const best = (trials: number) => Math.min(...runs.filter((run) => run.trials === trials).map((run) => run.msPerTrial))
  const own = best(1_000)
  console.log(`\nBeside its peers (${optunaTrials} and ${count} trials), swath at 1,000 trials ${own.toFixed(3)} ms\n`)
  for (const { name, msPerTrial } of peers) {
    console.log(`  ${name.padEnd(26)} ${msPerTrial.toFixed(1).padStart(8)} ms  ${(msPerTrial / own).toFixed(0)}×`)
  }

  const goals = goalsOf({ best, sizes, peers, runs })
  printGoals('Orchestration', goals)
  if (!quick) writeResults('orchestrate', { date: new Date().toISOString(), machine, runs, peers, goals })
}

function printRun({ trials, workers, msPerTrial, startSeconds, memoryMb, cpuSeconds }: Orchestration): void {
  const [first, last] = firstAndLast(memoryMb)
  console.log(
    `  ${trials.toLocaleString('en').padStart(7)} ${String(workers).padStart(6)} ${msPerTrial.toFixed(3).padStart(12)}` +
      ` ${((1000 * cpuSeconds) / trials).toFixed(3).padStart(9)} ${startSeconds.toFixed(1).padStart(10)}   ` +
      `${first.toFixed(0).padStart(8)} ${last.toFixed(0).padStart(6)}`,
  )
}

function goalsOf({
  best,
  sizes,
  peers,
  runs,
}: {
  readonly best: (trials: number) => number
  readonly sizes: readonly number[]
  readonly peers: readonly Peer[]
  readonly runs: readonly Orchestration[]
}): Goal[] {
  const own = best(1_000)
  const [random, grid, ray] = peers.map(({ msPerTrial }) => msPerTrial / own)
  const largest = runs.at(-1)
  const [first, last] = firstAndLast(largest?.memoryMb ?? [])
  return [
    ...sizes.map((trials) => ({
      ...{ name: `a trial, of ${trials.toLocaleString('en')}`, figure: best(trials), goal: goalMs, atLeast: false },
      unit: ' ms',
    })),
    { name: 'as quick as Optuna on SQLite, random', figure: random ?? NaN, goal: 100, atLeast: true },
    { name: 'as quick as Optuna on SQLite, grid', figure: grid ?? NaN, goal: 100, atLeast: true },
    { name: 'as quick as Ray Tune', figure: ray ?? NaN, goal: 4_000, atLeast: true },
    { name: 'memory at last, of that at first', figure: last / first, goal: 1.1, atLeast: false },
  ]
}

/** Medians of the second and of the last tenth: in the first one everything is still being loaded. */
function firstAndLast(samples: readonly number[]): [number, number] {
  const tenth = Math.max(Math.floor(samples.length / 10), 1)
  const median = (part: readonly number[]) => part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? NaN
  return [median(samples.slice(tenth, 2 * tenth)), median(samples.slice(-tenth))]
}
