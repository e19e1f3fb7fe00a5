import { backgrounds } from '../../images/ground.ts'
import { pictureOptions, type PictureFlags } from '../picture-options.ts'
import type { Command } from './command.ts'

interface Options extends PictureFlags {
  readonly trial: string
  readonly images: string[]
  readonly json: boolean | undefined
}

export const predictCommand: Command<Options> = {
  command: 'predict <trial> <images..>',
  describe: 'Say what a trained model takes pictures for, and how sure it is',
  builder: (yargs) =>
    pictureOptions(
      yargs
        .positional('trial', { type: 'string', demandOption: true, describe: 'The id of a trial' })
        .positional('images', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'PNG, JPEG or WebP files, of any size',
        }),
    )
      .option('json', { type: 'boolean', describe: 'Print JSON' })
      .example('$0 predict 7 seven.png', 'The label, and how likely each is')
      .example(`$0 predict 7 *.jpg --background ${backgrounds[1]}`, 'Dark ink on light paper, without finding out'),
  handler: async ({ trial, images, store, json, digit, background }) => {
    const { withTrials } = await import('../with-trials.ts')
    const { printPredictions } = await import('../print-predictions.ts')
    await withTrials(store, (tools) => printPredictions(tools, { trial, paths: images, digit, background, json }))
  },
}
