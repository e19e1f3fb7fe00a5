import type { Command } from './command.ts'
import { numberOption, positiveWhole, seconds, workerCount } from '../number-option.ts'

interface Options {
  readonly cores: number | undefined
  readonly workers: number | undefined
  readonly tags: string | undefined
  readonly grace: number
}

export const workerCommand: Command<Options> = {
  command: 'worker',
  describe: 'Train for a store that hosts share (PostgreSQL), whatever sweep has trials waiting, until it is ended',
  builder: (yargs) =>
    yargs
      .option('cores', numberOption('cores', positiveWhole, { describe: 'Cores to use in all (default: all)' }))
      .option(
        'workers',
        numberOption('workers', { ...workerCount, from: 1 }, { describe: 'Trials to train at once, at most' }),
      )
      .option('tags', {
        type: 'string',
        requiresArg: true,
        describe: 'What this host has, for sweeps that ask: gpu,big',
      })
      .option(
        'grace',
        numberOption('grace', seconds, {
          default: 30,
          describe: 'Seconds that trials have for their next checkpoint when it is ended',
        }),
      )
      .example('$0 worker --store postgres://swath@db/swath', 'On each host, any number of times'),
  handler: async ({ store, cores, workers, tags, grace }) => {
    const { serveUntilEnded } = await import('../serve-until-ended.ts')
    await serveUntilEnded({
      ...{ store, machine: { cores, workers }, graceSeconds: grace },
      tags: (tags ?? '').split(',').filter((tag) => tag !== ''),
    })
  },
}
