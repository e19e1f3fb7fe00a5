import { createInterface } from 'node:readline/promises'

import { SwathError } from '../../errors.ts'
import type { Command } from './command.ts'

export const deleteCommand: Command<{ readonly sweep: string; readonly yes: boolean }> = {
  command: 'delete <sweep>',
  describe: 'Delete a sweep with its trials, metrics and checkpoints; asks first',
  builder: (yargs) =>
    yargs
      .positional('sweep', { type: 'string', demandOption: true, describe: 'The name of a sweep' })
      .option('yes', { type: 'boolean', alias: 'y', default: false, describe: 'Do not ask' })
      .example('$0 delete mnist-depth-width', 'Asks, then deletes'),
  handler: async ({ sweep: name, store: location, yes }) => {
    const { openExistingStore } = await import('../open-store.ts')
    const { liveCoordinator } = await import('../../store/coordinators.ts')
    const { deleteSweep, progressOf } = await import('../../store/sweeps.ts')
    const { findSweep } = await import('../../store/find-sweep.ts')
    const { trialsOf } = await import('../../store/trials.ts')
    const { artifactNamesOf } = await import('../../store/artifacts.ts')
    const { artifactLocation, openArtifacts } = await import('../../artifacts/open.ts')
    const store = await openExistingStore(location)
    try {
      const sweep = await findSweep(store, name)
      const runner = await liveCoordinator(store.db, sweep.id, new Date())
      if (runner !== undefined) {
        throw new SwathError('sweep-busy', `${sweep.name} is being run by process ${runner.pid} on ${runner.host}`, {
          hint: `stop it first: swath cancel ${sweep.name}`,
        })
      }
      const { trials, completed } = await progressOf(store.db, sweep.id)
      const question = `Delete ${sweep.name} with its ${trials} trials (${completed} completed)? This cannot be undone. [y/N] `
      if (!yes && !(await isConfirmed(question))) {
        process.stdout.write('Nothing deleted.\n')
        return
      }
      // The rows first: a crash between the two leaves files that nobody names, not names without a file.
      const names = await artifactNamesOf(store.db, sweep.id)
      const folders = (await trialsOf(store.db, sweep.id)).map(({ id }) => `trial-${id}`)
      await deleteSweep(store.db, sweep)
      const artifacts = openArtifacts(artifactLocation(store.location))
      artifacts.remove(names)
      artifacts.removeFolders(folders)
      process.stdout.write(`${sweep.name} deleted.\n`)
    } finally {
      await store.close()
    }
  },
}

/** Asks on a terminal; where nobody can answer, says how to answer beforehand. */
async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SwathError('usage', 'delete asks first, and there is no terminal to ask on', { hint: 'add --yes' })
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim())
  } finally {
    lines.close()
  }
}
