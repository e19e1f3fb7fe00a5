import { formatCompact } from '../../report/format.ts'
import type { Command } from './command.ts'

interface Options {
  readonly file: string
  readonly force: boolean
  readonly artifacts: boolean
  readonly json: boolean | undefined
}

export const backupCommand: Command<Options> = {
  command: 'backup <file>',
  describe: 'Copy the store and its checkpoints, also while sweeps run on it',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'The copy: a store like any other' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace a file that is there' })
      .option('artifacts', {
        type: 'boolean',
        default: true,
        describe: 'Also the checkpoints; --no-artifacts: not those',
      })
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 backup /mnt/disk/swath.db', 'Into /mnt/disk/swath.db and /mnt/disk/swath-artifacts')
      .example('$0 list --store sqlite:/mnt/disk/swath.db', 'What is in it'),
  handler: async ({ file, force, artifacts, json, store: location }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { backUp } = await import('../../maintenance/backup.ts')
    await withExistingStore(location, 'read', async (store) => {
      const backup = await backUp(store, file, { replace: force, withArtifacts: artifacts })
      for (const reason of backup.leftOut) process.stderr.write(`left out: ${reason}\n`)
      if (json === true) process.stdout.write(`${JSON.stringify(backup)}\n`)
      else {
        const { checkpoints, bytes, store: copy } = backup
        const files = artifacts ? `${checkpoints} checkpoints (${formatCompact(bytes)}B)` : 'no checkpoints'
        process.stdout.write(`${store.location} copied, with ${files}. Use it with --store ${copy}\n`)
      }
    })
  },
}
