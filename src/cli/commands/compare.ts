import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'

interface Options extends FormatOptions {
  readonly one: string
  readonly other: string
}

export const compareCommand: Command<Options> = {
  command: 'compare <one> <other>',
  describe: 'Two sweeps that look for the same, side by side, and whether they differ by more than noise',
  builder: (yargs) =>
    formatOptions(yargs)
      .positional('one', { type: 'string', demandOption: true, describe: 'The name of a sweep' })
      .positional('other', { type: 'string', demandOption: true, describe: 'The name of another one' })
      .example('$0 compare mnist-tpe mnist-random', 'What two searches found, and at what cost')
      .epilogue(
        'Points that both have completed are compared in pairs; where most are not the same, the ranks of all are.',
      ),
  handler: async ({ one, other, store: location, json, csv }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { printComparison } = await import('../print-comparison.ts')
    await withExistingStore(location, 'read', (store) => printComparison(store, [one, other], { json, csv }))
  },
}
