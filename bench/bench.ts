import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { describeError } from './describe-error.ts'

/** `npm run bench -- train`, `-- sweep`, `-- study`. */
await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('quick', { type: 'boolean', default: false, describe: 'Few cases, short: to see that it works' })
  .command(
    'train',
    'A training step beside PyTorch, Keras, tfjs and the roofline, on one core',
    (builder) => builder,
    async ({ quick }) => {
      const { benchTrain } = await import('./train/bench-train.ts')
      await benchTrain({ quick })
    },
  )
  .command(
    'sweep',
    'The whole main job beside Optuna and Ray Tune',
    (builder) => builder,
    async ({ quick }) => {
      const { benchSweep } = await import('./sweep/bench-sweep.ts')
      await benchSweep({ quick })
    },
  )
  .command(
    'faults',
    'A sweep that is killed 200 times, and a disk that fills up',
    (builder) => builder.option('seed', { type: 'number', default: 0, describe: 'Of the moments' }),
    async ({ quick, seed }) => {
      const { benchFaults } = await import('./faults/bench-faults.ts')
      await benchFaults({ quick, seed })
    },
  )
  .command(
    'study',
    'The study’s networks over five seeds, beside PyTorch: accuracy',
    (builder) => builder,
    async ({ quick }) => {
      const { benchStudy } = await import('./study/bench-study.ts')
      await benchStudy({ quick })
    },
  )
  .command(
    'orchestrate',
    'What a trial costs that does nothing, beside Optuna and Ray Tune',
    (builder) => builder,
    async ({ quick }) => {
      const { benchOrchestrate } = await import('./orchestrate/bench-orchestrate.ts')
      await benchOrchestrate({ quick })
    },
  )
  .command(
    'store',
    'Questions to a store of 100,000 trials',
    (builder) => builder,
    async ({ quick }) => {
      const { benchStore } = await import('./store/bench-store.ts')
      await benchStore({ quick })
    },
  )
  .command(
    'scale',
    'What a trial, a queue and a host cost a PostgreSQL server',
    (builder) => builder,
    async ({ quick }) => {
      const { benchScale } = await import('./scale/bench-scale.ts')
      await benchScale({ quick })
    },
  )
  .demandCommand(1, 'Name a benchmark.')
  .strict()
  .fail((message: string | undefined, error: unknown, parser) => {
    if (error === undefined) parser.showHelp()
    console.error(describeError(error) ?? message)
    process.exit(1)
  })
  .parseAsync()
