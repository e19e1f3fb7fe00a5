import type { Argv } from 'yargs'

import { backgrounds, type Background } from '../images/ground.ts'

export interface PictureFlags {
  readonly digit: boolean | undefined
  readonly background: Background
}

/** How a picture is made what the model was trained on, for every command that takes one. */
export function pictureOptions<T>(yargs: Argv<T>): Argv<T & PictureFlags> {
  return yargs
    .option('digit', {
      type: 'boolean',
      describe: 'Crop and centre it as MNIST’s digits are (default: for models of MNIST); --no-digit only resizes it',
    })
    .option('background', {
      choices: backgrounds,
      default: 'auto' as const,
      requiresArg: true,
      describe: 'What a digit stands on; auto finds out',
    })
}
