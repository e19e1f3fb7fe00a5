import type { Command } from './command.ts'

const exportFormats = ['tfjs', 'safetensors', 'folder'] as const

interface Options {
  readonly trial: string
  readonly format: (typeof exportFormats)[number]
  readonly out: string | undefined
  readonly json: boolean | undefined
}

export const exportCommand: Command<Options> = {
  command: 'export <trial>',
  describe: 'Write a trained model, or the files that a program kept, for other programs',
  builder: (yargs) =>
    yargs
      .positional('trial', { type: 'string', demandOption: true, describe: 'The id of a trial' })
      .option('format', {
        choices: exportFormats,
        default: 'tfjs' as const,
        requiresArg: true,
        describe:
          'tfjs: a folder with model.json and weights.bin; safetensors: one file of weights; folder: the files of its own that its program kept',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Where to (default: trial-<id>-tfjs, trial-<id>.safetensors, trial-<id>-folder)',
      })
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 export 7', 'The folder trial-7-tfjs, for tf.loadLayersModel')
      .example('$0 export 7 --format safetensors --out model.safetensors', 'For PyTorch, JAX and others'),
  handler: async ({ trial, format, out, store, json }) => {
    const { withTrials } = await import('../with-trials.ts')
    if (format === 'folder') {
      const { exportFolder } = await import('../export-folder.ts')
      const { trialId } = await import('../trial-id.ts')
      await withTrials(store, (tools) => exportFolder(tools, { id: trialId(trial), out, json }))
      return
    }
    const { exportTrial } = await import('../export-trial.ts')
    await withTrials(store, (tools) => exportTrial(tools, { trial, format, out, json }))
  },
}
