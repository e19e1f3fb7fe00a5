import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'
import { limitOption, type LimitOption } from '../limit.ts'

export const showCommand: Command<FormatOptions & LimitOption & { readonly what: string }> = {
  command: 'show <what>',
  describe: 'The trials of a sweep, or one trial: parameters, metrics by epoch, attempts, errors',
  builder: (yargs) =>
    limitOption(formatOptions(yargs))
      .positional('what', {
        type: 'string',
        demandOption: true,
        describe: 'The name of a sweep, or the id of a trial',
      })
      .example('$0 show mnist-depth-width', 'Every trial of a sweep')
      .example('$0 show 7', 'Trial 7'),
  handler: async ({ what, store: location, json, csv, limit }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { showTrial } = await import('../show.ts')
    const { showSweep } = await import('../show-sweep.ts')
    await withExistingStore(location, 'read', async (store) => {
      if (/^\d+$/.test(what)) await showTrial(store, Number(what), { json, csv })
      else await showSweep(store, what, { json, csv, limit })
    })
  },
}
