import { SwathError } from '../../errors.ts'
import type { Command } from './command.ts'
import { numberOption, positiveWhole, whole } from '../number-option.ts'

interface Options {
  readonly trial: string | undefined
  readonly sweep: string | undefined
  readonly worst: number
  readonly cores: number
  readonly 'cpu-watts': number
  readonly 'ram-watts': number
  readonly 'grams-per-kwh': number
  readonly json: boolean | undefined
}

export const evaluateCommand: Command<Options> = {
  command: 'evaluate [trial]',
  describe: 'Try a trained model, or all of a sweep, on the test images: accuracy, mistakes, speed, energy',
  builder: (yargs) =>
    yargs
      .positional('trial', { type: 'string', describe: 'The id of a trial' })
      .option('sweep', {
        type: 'string',
        requiresArg: true,
        conflicts: 'trial',
        describe: 'A row for each model of it',
      })
      .option(
        'worst',
        numberOption('worst', whole, {
          default: 5,
          describe: 'Mistakes to draw, the surest first',
        }),
      )
      .option('cores', numberOption('cores', positiveWhole, { default: 1, describe: 'Cores to use' }))
      .option('cpu-watts', numberOption('cpu-watts', {}, { default: 13, describe: 'What the processor draws' }))
      .option('ram-watts', numberOption('ram-watts', {}, { default: 3, describe: 'What the memory draws' }))
      .option(
        'grams-per-kwh',
        numberOption(
          'grams-per-kwh',
          {},
          {
            default: 713,
            describe: 'CO2 equivalent of a kilowatt-hour',
          },
        ),
      )
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 evaluate 7', 'Accuracy, a confusion matrix, and the worst mistakes of trial 7')
      .example('$0 evaluate --sweep mnist-depth-width', 'Size, speed, accuracy and energy of each model'),
  handler: async ({ trial, sweep, store, worst, cores, json, cpuWatts, ramWatts, gramsPerKwh }) => {
    const { withTrials } = await import('../with-trials.ts')
    const power = { cpuWatts, ramWatts, gramsPerKwh }
    if (trial !== undefined) {
      const { printEvaluation } = await import('../print-evaluation.ts')
      await withTrials(store, (tools) => printEvaluation(tools, { trial, worst, cores, json, power }))
    } else if (sweep !== undefined) {
      const { printSweepEvaluation } = await import('../print-sweep-evaluation.ts')
      await withTrials(store, (tools) => printSweepEvaluation(tools, { sweep, cores, json, power }))
    } else {
      throw new SwathError('usage', 'evaluate what? Name a trial, or a sweep with --sweep')
    }
  },
}
