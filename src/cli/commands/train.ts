import { SwathError } from '../../errors.ts'
import { artifactsOption } from '../artifacts-option.ts'
import type { Command } from './command.ts'
import { numberOption, positive, positiveWhole, seedRange } from '../number-option.ts'

interface Options {
  readonly program: string
  readonly hidden: string | undefined
  readonly epochs: number | undefined
  readonly 'batch-size': number | undefined
  readonly 'learning-rate': number | undefined
  readonly optimizer: string | undefined
  readonly precision: string | undefined
  readonly dataset: string | undefined
  readonly set: string[]
  readonly name: string
  readonly seed: number
  readonly cores: number
  readonly artifacts: string | undefined
  readonly json: boolean | undefined
}

export const trainCommand: Command<Options> = {
  command: 'train',
  describe: 'Train one network: a sweep of one trial, kept like any other',
  builder: (yargs) =>
    yargs
      .option('program', {
        type: 'string',
        requiresArg: true,
        default: 'mlp',
        describe: 'mlp, lenet, or a module of your own',
      })
      .option('hidden', { type: 'string', requiresArg: true, describe: 'Widths of the hidden layers: 512 or 512,256' })
      .option('epochs', numberOption('epochs', positiveWhole, { describe: 'Times that it sees the training examples' }))
      .option('batch-size', numberOption('batch-size', positiveWhole, { describe: 'Examples of a step' }))
      .option('learning-rate', numberOption('learning-rate', positive, { describe: 'Of the optimizer' }))
      .option('optimizer', { type: 'string', requiresArg: true, describe: 'adam, adamw, sgd or momentum' })
      .option('precision', { type: 'string', requiresArg: true, describe: 'float32, or bfloat16 for large products' })
      .option('dataset', { type: 'string', requiresArg: true, describe: 'mnist, or a folder of images' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'Any other parameter: activation=tanh, dataset.crop=20',
      })
      .option('name', { type: 'string', requiresArg: true, default: 'train', describe: 'Of the sweep that it becomes' })
      .option('seed', numberOption('seed', seedRange, { default: 0, describe: 'Same seed, same bits' }))
      .option('cores', numberOption('cores', positiveWhole, { default: 1, describe: 'Cores to train on' }))
      .option('artifacts', artifactsOption)
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 train --hidden 512 --epochs 2', '784-512-10 on MNIST')
      .example('$0 train --program lenet --epochs 10', 'LeNet-5'),
  handler: async ({ store, artifacts, json, set, cores, ...typed }) => {
    const { sweepOfOne } = await import('../../sweep/of-one.ts')
    const { runAndReport } = await import('../run-and-report.ts')
    const { printTraining } = await import('../print-training.ts')
    const { program, name, seed, dataset, hidden, epochs, optimizer, precision, batchSize, learningRate } = typed
    const widths = hidden?.split(',').map(Number)
    if (widths?.some(Number.isNaN)) {
      throw new SwathError('usage', `--hidden ${hidden ?? ''}: expected widths of layers, such as 512 or 512,256`)
    }
    const file = sweepOfOne({
      ...{ name, program, dataset, seed, cores, overrides: set },
      parameters: {
        ...{ hidden: widths, epochs, optimizer, precision, batch_size: batchSize, learning_rate: learningRate },
      },
    })
    await runAndReport(
      { store, artifacts, machine: { cores, workers: 1 } },
      async (context) => {
        const { runSweep } = await import('../../run/run-sweep.ts')
        return runSweep(context, { file, isNew: true, mayGrow: false, named: [] })
      },
      (opened, result) => printTraining(opened, result, { json }),
    )
  },
}
