import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'

export const showCommand: Command<FormatOptions & { readonly what: string }> = {
  command: 'show <what>',
  describe: 'The trials of a sweep, or one trial: parameters, metrics by epoch, attempts, errors',
  builder: (yargs) =>
    formatOptions(
      yargs.positional('what', {
        type: 'string',
        demandOption: true,
        describe: 'The name of a sweep, or the id of a trial',
      }),
    )
      .example('$0 show mnist-depth-width', 'Every trial of a sweep')
      .example('$0 show 7', 'Trial 7'),
  handler: async ({ what, store: location, json, csv }) => {
    const { openExistingStore } = await import('../open-store.ts')
    const { showSweep, showTrial } = await import('../show.ts')
    const store = await openExistingStore(location)
    try {
      if (/^\d+$/.test(what)) await showTrial(store, Number(what), { json, csv })
      else await showSweep(store, what, { json, csv })
    } finally {
      await store.close()
    }
  },
}
