import { plotKinds } from '../../plots/kinds.ts'
import type { PlotOptions } from '../plot-to-file.ts'
import type { Command } from './command.ts'
import { numberOption } from '../number-option.ts'

/** The range of a picture's width and height, in pixels. */
const pixels = { isWhole: true, from: 100, to: 10_000 }

interface Options extends PlotOptions {
  readonly sweep: string | undefined
}

export const plotCommand: Command<Options> = {
  command: 'plot [sweep]',
  describe: 'Draw a sweep to a file: what the page shows, without a browser',
  builder: (yargs) =>
    yargs
      .positional('sweep', { type: 'string', describe: 'The name of a sweep (default: the latest)' })
      .option('kind', { choices: plotKinds, default: 'pareto' as const, requiresArg: true, describe: 'What to draw' })
      .option('output', {
        type: 'string',
        alias: 'o',
        requiresArg: true,
        describe: 'The file, .svg or .png (default: <sweep>-<kind>.svg)',
      })
      .option('x', { type: 'string', requiresArg: true, describe: 'A column, for pareto and heatmap' })
      .option('y', { type: 'string', requiresArg: true, describe: 'A column, for pareto and heatmap' })
      .option('metric', { type: 'string', requiresArg: true, describe: 'Of curves, parallel and heatmap' })
      .option('color-by', { type: 'string', requiresArg: true, describe: 'A column, for the points of pareto' })
      .option('where', {
        type: 'string',
        requiresArg: true,
        describe: "Only these trials: SQL over the columns of the sweep's view",
      })
      .option('log', { type: 'boolean', default: false, describe: 'A logarithmic axis, for curves' })
      .option('width', numberOption('width', pixels, { default: 720, describe: 'Pixels' }))
      .option('height', numberOption('height', pixels, { default: 440, describe: 'Pixels' }))
      .example('$0 plot mnist-depth-width --kind pareto --color-by width -o front.svg', 'Accuracy over FLOPs')
      .example('$0 plot --kind curves --metric val_loss --log -o curves.png', 'Of the latest sweep'),
  handler: async ({ store: location, sweep, ...options }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { findSweep } = await import('../../store/find-sweep.ts')
    const { plotToFile } = await import('../plot-to-file.ts')
    await withExistingStore(location, 'read', async (store) => {
      await plotToFile(store, await findSweep(store, sweep), options)
    })
  },
}
