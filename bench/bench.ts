import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { describeError } from './describe-error.ts'

interface Options {
  readonly quick: boolean
  readonly seed: number
  readonly fresh: boolean
  readonly branches: boolean
}

/** What `npm run bench -- NAME` measures; each is loaded when it is asked for. */
const benches: Readonly<Record<string, [describe: string, run: (options: Options) => Promise<void>]>> = {
  train: [
    'A training step beside PyTorch, Keras, tfjs and the roofline, on one core',
    async (options) => (await import('./train/bench-train.ts')).benchTrain(options),
  ],
  sweep: [
    'The whole main job beside Optuna and Ray Tune',
    async (options) => (await import('./sweep/bench-sweep.ts')).benchSweep(options),
  ],
  faults: [
    'A sweep that is killed 200 times, and a disk that fills up',
    async (options) => (await import('./faults/bench-faults.ts')).benchFaults(options),
  ],
  asha: [
    'ASHA on 81 networks for MNIST beside the whole grid: what it finds, for how much of the training',
    async (options) => (await import('./asha/bench-asha.ts')).benchAsha(options),
  ],
  study: [
    'The study’s networks over five seeds, beside PyTorch: accuracy',
    async (options) => (await import('./study/bench-study.ts')).benchStudy(options),
  ],
  orchestrate: [
    'What a trial costs that does nothing, beside Optuna and Ray Tune',
    async (options) => (await import('./orchestrate/bench-orchestrate.ts')).benchOrchestrate(options),
  ],
  memory: [
    'Resident memory over 2,000 trials of 500 widths',
    async (options) => (await import('./memory/bench-memory.ts')).benchMemory(options),
  ],
  cluster: [
    'The MNIST grid by several worker processes on one PostgreSQL; trials that do nothing by 1,000 workers',
    async (options) => (await import('./cluster/bench-cluster.ts')).benchCluster(options),
  ],
  'cluster-faults': [
    'Workers, coordinator, database and network that fail, at random moments',
    async (options) => (await import('./cluster-faults/bench-cluster-faults.ts')).benchClusterFaults(options),
  ],
  scale: [
    'What a trial, a queue and a host cost a PostgreSQL server',
    async (options) => (await import('./scale/bench-scale.ts')).benchScale(options),
  ],
  search: [
    'Search methods beside Optuna’s on known functions',
    async (options) => (await import('./search/bench-search.ts')).benchSearch(options),
  ],
  serve: [
    'The page: first paint, requests a second, memory, what looking costs a trainer',
    async (options) => (await import('./serve/bench-serve.ts')).benchServe(options),
  ],
  store: [
    'Questions to a store of 100,000 trials',
    async (options) => (await import('./store/bench-store.ts')).benchStore(options),
  ],
}

const parser = yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('quick', { type: 'boolean', default: false, describe: 'Few cases, short: to see that it works' })
  .option('seed', {
    type: 'number',
    default: 0,
    describe:
      'Of the moments at which `faults` and `cluster-faults` strike, of the sweep of `asha`; the first one of `search`',
  })
  .option('fresh', {
    type: 'boolean',
    default: false,
    describe: 'Trains the table of MNIST again that `search` is asked about',
  })
  .option('branches', {
    type: 'boolean',
    default: false,
    describe: 'The part of `search` about conditional spaces alone',
  })
  .demandCommand(1, 'Name a benchmark.')
  .strict()
  .fail((message: string | undefined, error: unknown, parser) => {
    if (error === undefined) parser.showHelp()
    console.error(describeError(error) ?? message)
    process.exit(1)
  })
for (const [name, [describe, run]] of Object.entries(benches)) {
  parser.command(
    name,
    describe,
    (command) => command,
    (options) => run(options),
  )
}
await parser.parseAsync()
