import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'
import { seedsOption, type SeedsOption } from '../seeds-option.ts'
import { limitOption, type LimitOption } from '../limit.ts'

interface Options extends FormatOptions, LimitOption, SeedsOption {
  readonly what: string
  readonly best: boolean | undefined
}

export const showCommand: Command<Options> = {
  command: 'show <what>',
  describe: 'The trials of a sweep and what they say, or one trial: parameters, metrics by epoch, attempts, errors',
  builder: (yargs) =>
    seedsOption(limitOption(formatOptions(yargs)))
      .positional('what', {
        type: 'string',
        demandOption: true,
        describe: 'The name of a sweep, or the id of a trial',
      })
      .option('best', {
        type: 'boolean',
        describe: 'Print only the settings of the best trial (or of this one), as a sweep file that runs',
        conflicts: ['json', 'csv', 'limit', 'seeds'],
      })
      .example('$0 show mnist-depth-width', 'Every trial of a sweep; the best, what matters, what to try next')
      .example('$0 show mnist-depth-width --best > best.yaml', 'The best trial as a sweep file')
      .example('$0 show 7', 'Trial 7'),
  handler: async ({ what, store: location, best, json, csv, limit, seeds }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { printBestOfSweep, printTrialFile } = await import('../print-best.ts')
    const { showTrial } = await import('../show.ts')
    const { showSweep } = await import('../show-sweep.ts')
    await withExistingStore(location, 'read', async (store) => {
      const trial = /^\d+$/.test(what) ? Number(what) : undefined
      if (trial !== undefined)
        await (best === true ? printTrialFile(store, trial) : showTrial(store, trial, { json, csv }))
      else await (best === true ? printBestOfSweep(store, what) : showSweep(store, what, { json, csv, limit, seeds }))
    })
  },
}
