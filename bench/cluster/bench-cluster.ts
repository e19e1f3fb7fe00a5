import { loadavg } from 'node:os'
import { printGoals, type Goal } from '../goals.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { availableCores } from '../../src/tensorflow/cores.ts'
import { compareGrid, type GridComparison } from './compare-grid.ts'
import { withOwnServer } from './own-server.ts'
import { nothingPeers, type NothingPeer } from './peers.ts'
import { runNothingShared, type NothingOptions, type SharedOrchestration } from './run-nothing-shared.ts'

/** As many hosts as share 1,000 workers here; each real one has its own machine. */
const hostsOf = (workers: number) => (workers >= 1_000 ? 4 : 1)
/** What a trial lasts where the workers are asked how soon they have the next one: 1,000 end 500 of them a second. */
const pacedMs = 2_000

/** Several hosts on one PostgreSQL: what they make of the MNIST grid, and what trials cost that do nothing. */
export async function benchCluster({ quick }: { quick: boolean }): Promise<void> {
  const python = await peersPython()
  const machine = describeMachine(python)
  const before = loadavg()
  await withOwnServer(async (server) => {
    const grid = await compareGrid(server, { quick })

    console.log(
      '\nTrials that do nothing, by simulated workers: in place of the pool of threads something calls the program',
    )
    console.log('in the host’s own process; store, queue, aggregator, heartbeat and coordinator are the real ones.\n')
    console.log(
      '  trials  workers  hosts  lasting   trials/s   p50, p99 to start   hosts, server: CPU ms   transactions',
    )
    const runs: SharedOrchestration[] = []
    const run = async (options: NothingOptions) => {
      const measured = await runNothingShared(server, options)
      runs.push(measured)
      printRun(measured)
      return measured
    }
    for (const workers of [1, 10, 100, 1_000]) {
      const trials = workers === 1 ? 500 : workers === 10 ? 2_000 : quick ? 4_000 : 10_000
      await run({ trials: quick ? trials / 2 : trials, workers, hosts: hostsOf(workers), trialMs: 0 })
    }
    const paced = await run({ trials: quick ? 4_000 : 10_000, workers: 1_000, hosts: 4, trialMs: pacedMs })
    const sizes = quick ? [1_000, 5_000] : [1_000, 10_000, 100_000]
    const costs: SharedOrchestration[] = []
    for (const trials of sizes) costs.push(await run({ trials, workers: 100, hosts: 1, trialMs: 0 }))
    extrapolate(costs)

    const peers = await nothingPeers(python, server.url, { quick })
    const goals = goalsOf({ grid, runs, paced, costs, peers })
    printGoals('Many hosts', goals)
    console.log(`\nLoad of this machine (1, 5, 15 min): ${before.map((load) => load.toFixed(1)).join(', ')} at first,`)
    console.log(
      `${loadavg()
        .map((load) => load.toFixed(1))
        .join(', ')} at last, on ${availableCores().length} cores`,
    )
    if (quick) return
    writeResults('cluster', {
      ...{ date: new Date().toISOString(), machine, 'load of the machine': [before, loadavg()] },
      ...{ grid, runs, peers, goals },
    })
  })
}

function printRun({
  trials,
  workers,
  hosts,
  trialMs,
  trialsPerSecond,
  wait,
  hostCpuSeconds,
  server,
}: SharedOrchestration) {
  const ms = (seconds: number) => ((1000 * seconds) / trials).toFixed(2)
  console.log(
    `  ${trials.toLocaleString('en').padStart(7)} ${workers.toLocaleString('en').padStart(6)} ${String(hosts).padStart(6)} ` +
      `${String(trialMs).padStart(6)} ms ${trialsPerSecond.toFixed(0).padStart(9)} ` +
      `${(wait?.median ?? NaN).toFixed(0).padStart(9)}, ${(wait?.p99 ?? NaN).toFixed(0)} ms`.padEnd(22) +
      `${ms(hostCpuSeconds).padStart(9)}, ${ms(server.cpuSeconds)}`.padEnd(26) +
      `${(server.transactions / trials).toFixed(2)} a trial`,
  )
}

/** What a trial costs in processor time, host and server together: by that the load of the machine hardly matters. */
const cpuMs = ({ trials, hostCpuSeconds, server }: SharedOrchestration) =>
  (1000 * (hostCpuSeconds + server.cpuSeconds)) / trials

function extrapolate(costs: readonly SharedOrchestration[]): void {
  const [smaller, largest] = costs.slice(-2)
  if (smaller === undefined || largest === undefined) return
  // As much more for each tenfold as the last one took.
  const times = cpuMs(largest) / cpuMs(smaller)
  const tenfolds = Math.log10(1_000_000 / largest.trials)
  const guess = cpuMs(largest) * times ** (tenfolds / Math.log10(largest.trials / smaller.trials))
  console.log(
    `\n  CPU a trial: ${costs.map((run) => `${cpuMs(run).toFixed(2)} ms of ${run.trials.toLocaleString('en')}`).join(', ')};`,
  )
  console.log(
    `  if it goes on as from the last but one to the last, ${guess.toFixed(2)} ms of 1,000,000 (not measured)`,
  )
}

function goalsOf({
  grid,
  runs,
  paced,
  costs,
  peers,
}: {
  readonly grid: readonly GridComparison[]
  readonly runs: readonly SharedOrchestration[]
  readonly paced: SharedOrchestration
  readonly costs: readonly SharedOrchestration[]
  readonly peers: readonly NothingPeer[]
}): Goal[] {
  const thousand = runs.find(({ workers, trialMs }) => workers === 1_000 && trialMs === 0)
  const rate = thousand?.trialsPerSecond ?? NaN
  const [first, last] = [costs[0], costs.at(-1)].map((run) => (run === undefined ? NaN : cpuMs(run)))
  return [
    ...grid.flatMap(({ workers, efficiency, differences }) => [
      {
        ...{ name: `efficiency of ${workers} worker processes beside a pool of ${workers}`, figure: efficiency },
        ...{ goal: 0.95, atLeast: true },
      },
      {
        ...{ name: `rows and hashes that differ with ${workers}`, figure: differences, goal: 0, atLeast: false },
        unit: '',
      },
    ]),
    { name: 'trials a second, 1,000 workers', figure: rate, goal: 1_000, atLeast: true, unit: '/s' },
    {
      name: `p99 from free to started, 1,000 workers, trials of ${pacedMs / 1000} s`,
      ...{ figure: paced.wait?.p99 ?? NaN, goal: 100, atLeast: false, unit: ' ms' },
    },
    {
      name: 'the same where all want the next one at once',
      ...{ figure: thousand?.wait?.p99 ?? NaN, goal: 100, atLeast: false, unit: ' ms' },
    },
    {
      name: 'CPU a trial of the largest sweep, of that of the smallest',
      figure: (last ?? NaN) / (first ?? NaN),
      goal: 1.1,
      atLeast: false,
    },
    ...peers.map(({ name, trialsPerSecond }) => ({
      ...{ name: `as quick as ${name}`, figure: rate / trialsPerSecond, goal: 10, atLeast: true },
    })),
  ]
}
