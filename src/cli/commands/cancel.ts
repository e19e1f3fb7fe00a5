import type { Command } from './command.ts'

export const cancelCommand: Command<{ readonly sweep: string }> = {
  command: 'cancel <sweep>',
  describe: 'Cancel what a sweep has not trained yet, also while another process runs it',
  builder: (yargs) =>
    yargs
      .positional('sweep', { type: 'string', demandOption: true, describe: 'The name of a sweep' })
      .example('$0 cancel mnist-depth-width', 'What is completed stays; `swath resume` takes the rest up again'),
  handler: async ({ sweep: name, store: location }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { cancelSweep } = await import('../../store/sweeps.ts')
    const { findSweep } = await import('../../store/find-sweep.ts')
    await withExistingStore(location, 'change', async (store) => {
      const sweep = await findSweep(store, name)
      const { cancelled, runner } = await cancelSweep(store.db, sweep.id, store.now())
      process.stdout.write(`${sweep.name}: ${cancelled} waiting trials cancelled.\n`)
      if (runner !== undefined) {
        process.stdout.write(`Process ${runner.pid} on ${runner.host} ends the trials that it is training.\n`)
      }
    })
  },
}
