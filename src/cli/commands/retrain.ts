import { pictureOptions, type PictureFlags } from '../picture-options.ts'
import type { Command } from './command.ts'
import { numberOption, positive, positiveWhole } from '../number-option.ts'

interface Options extends PictureFlags {
  readonly trial: string
  readonly images: string[]
  readonly label: string
  readonly steps: number | undefined
  readonly anchor: boolean
  readonly 'learning-rate': number | undefined
  readonly json: boolean | undefined
}

export const retrainCommand: Command<Options> = {
  command: 'retrain <trial> <images..>',
  describe: 'Teach a trained model a picture that it got wrong; the result is a trial of its own',
  builder: (yargs) =>
    pictureOptions(
      yargs
        .positional('trial', { type: 'string', demandOption: true, describe: 'The id of a trial' })
        .positional('images', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'PNG, JPEG or WebP files, all of one class',
        }),
    )
      .option('label', { type: 'string', requiresArg: true, demandOption: true, describe: 'What is on the pictures' })
      .option(
        'steps',
        numberOption('steps', positiveWhole, {
          describe: 'Steps of the optimizer (default: 1, with --anchor 30)',
        }),
      )
      .option('anchor', {
        type: 'boolean',
        default: false,
        describe: 'Train on training examples too, so that it forgets less',
      })
      .option('learning-rate', numberOption('learning-rate', positive, { describe: 'In place of the trial’s own' }))
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 retrain 7 seven.png --label 7', 'One step, from the checkpoint of trial 7 and its optimizer’s state')
      .example('$0 retrain 7 seven.png --label 7 --anchor', 'With training examples mixed in'),
  handler: async ({ trial, images, store, ...options }) => {
    const { withTrials } = await import('../with-trials.ts')
    const { retrainAndPrint } = await import('../retrain-and-print.ts')
    await withTrials(store, (tools) => retrainAndPrint(tools, { trial, paths: images, ...options }), 'change')
  },
}
