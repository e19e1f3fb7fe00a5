import type { Command } from './command.ts'
import { formatOptions, type FormatOptions } from '../format-options.ts'
import { seedsOption, type SeedsOption } from '../seeds-option.ts'
import { limitOption, type LimitOption } from '../limit.ts'

interface Options extends FormatOptions, LimitOption, SeedsOption {
  readonly sweep: string | undefined
  readonly x: string | undefined
  readonly y: string | undefined
}

export const paretoCommand: Command<Options> = {
  command: 'pareto [sweep]',
  describe: 'What accuracy costs: the trials that no other one beats, and the rest below them',
  builder: (yargs) =>
    seedsOption(limitOption(formatOptions(yargs)))
      .positional('sweep', { type: 'string', describe: 'The name of a sweep (default: the latest)' })
      .option('x', {
        type: 'string',
        requiresArg: true,
        describe: 'What is paid: a metric, a parameter, flops, parameter_count (default: flops)',
      })
      .option('y', {
        type: 'string',
        requiresArg: true,
        describe: "What is had for it (default: the sweep's objective)",
      })
      .example('$0 pareto', 'Test accuracy against FLOPs, of the latest sweep')
      .example('$0 pareto mnist-depth-width --x epoch_seconds --y val_loss', 'Any two metrics or parameters')
      .epilogue(
        'Losses, errors, seconds and costs are minimized, all else is maximized; -name and +name say it yourself: --y -my_score.',
      ),
  handler: async ({ sweep, store: location, x, y, json, csv, limit, seeds }) => {
    const { withExistingStore } = await import('../open-store.ts')
    const { findSweep } = await import('../../store/find-sweep.ts')
    const { printPareto } = await import('../print-pareto.ts')
    await withExistingStore(location, 'read', async (store) => {
      await printPareto(store, await findSweep(store, sweep), { x, y, json, csv, limit, seeds })
    })
  },
}
