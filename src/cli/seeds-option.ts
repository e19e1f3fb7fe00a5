import type { Argv } from 'yargs'

export interface SeedsOption {
  readonly seeds?: boolean | undefined
}

/** `--seeds`, for commands that show a point with several seeds as one. */
export function seedsOption<T>(yargs: Argv<T>): Argv<T & SeedsOption> {
  return yargs.option('seeds', {
    type: 'boolean',
    describe: 'A row for each seed of a point, not their mean (of a sweep with `repeat`)',
  })
}
