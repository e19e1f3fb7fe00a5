import type { Command } from './command.ts'

interface Options {
  readonly 'dry-run': boolean
  readonly vacuum: boolean
  readonly json: boolean | undefined
}

export const gcCommand: Command<Options> = {
  command: 'gc',
  describe: 'Remove files that no trial needs any more, also while sweeps run',
  builder: (yargs) =>
    yargs
      .option('dry-run', { type: 'boolean', default: false, describe: 'Say what would be removed; remove nothing' })
      .option('vacuum', {
        type: 'boolean',
        default: false,
        describe: 'Also make the database smaller; not while a sweep runs',
      })
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 gc --dry-run', 'What there is to remove, and how many bytes')
      .example('$0 gc --vacuum', 'After sweeps were deleted'),
  handler: async ({ dryRun, vacuum, json, store: location }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { collectGarbage } = await import('../../maintenance/collect-garbage.ts')
    const { printGarbage } = await import('../print-garbage.ts')
    await withExistingStore(location, dryRun ? 'read' : 'change', async (store) => {
      const garbage = await collectGarbage(store, { dryRun, compact: vacuum }, store.now())
      printGarbage(garbage, { dryRun, json })
    })
  },
}
