import { createInterface } from 'node:readline/promises'

import { SwathError } from '../../errors.ts'
import type { Command } from './command.ts'

export const deleteCommand: Command<{ readonly sweep: string; readonly yes: boolean }> = {
  command: 'delete <sweep>',
  describe: 'Delete a sweep with its trials, their metrics and files; asks first',
  builder: (yargs) =>
    yargs
      .positional('sweep', { type: 'string', demandOption: true, describe: 'The name of a sweep' })
      .option('yes', { type: 'boolean', alias: 'y', default: false, describe: 'Do not ask' })
      .example('$0 delete mnist-depth-width', 'Asks, then deletes'),
  handler: async ({ sweep: name, store: location, yes }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { refuseLiveRuns } = await import('../../store/runs.ts')
    const { deleteSweep, progressOf } = await import('../../store/sweeps.ts')
    const { findSweep } = await import('../../store/find-sweep.ts')
    const { trialFolder } = await import('../../artifacts/artifacts.ts')
    const { usingArtifacts } = await import('../../artifacts/open-shared.ts')
    await withExistingStore(location, 'change', async (store) => {
      const sweep = await findSweep(store, name)
      await refuseLiveRuns(store.db, store.now(), { sweep: sweep.name })
      const { trials, completed } = await progressOf(store.db, sweep.id)
      const question = `Delete ${sweep.name} with its ${trials} trials (${completed} completed)? This cannot be undone. [y/N] `
      if (!yes && !(await isConfirmed(question))) {
        process.stdout.write('Nothing deleted.\n')
        return
      }
      // The rows first: a crash between the two leaves files that nobody names, for `swath gc`, not names without a file.
      const deleted = await deleteSweep(store.db, sweep, store.now())
      const queue = await store.openQueue?.()
      try {
        await queue?.drop(sweep.id)
      } finally {
        await queue?.close()
      }
      await usingArtifacts(store, (artifacts) => artifacts.remove(deleted.map((id) => `${trialFolder(id)}/`)))
      process.stdout.write(`${sweep.name} deleted.\n`)
    })
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
