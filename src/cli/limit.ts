import type { Argv } from 'yargs'

import type { FormatOptions } from './format-options.ts'
import { numberOption } from './number-option.ts'

export interface LimitOption {
  readonly limit: number | undefined
}

/** More rows than these are no longer read by people. */
const readableRows = 100
const mostRows = 10_000

/** `--limit`, for commands that may have a row for each of 100,000 trials. */
export function limitOption<T>(yargs: Argv<T>): Argv<T & LimitOption> {
  return yargs.option(
    'limit',
    numberOption(
      'limit',
      { isWhole: true, from: 1, to: mostRows },
      {
        describe: `Trials to print at most (default: ${readableRows}, or all with --json and --csv)`,
      },
    ),
  )
}

/** Returns undefined where all rows are wanted. */
export function rowLimit({ limit, json, csv }: Partial<FormatOptions & LimitOption>): number | undefined {
  return limit ?? (json === true || csv === true ? undefined : readableRows)
}

/** Tells people how many rows they do not see; what a program reads gets no such line. */
export function noteMore(hidden: number, { json, csv }: Partial<FormatOptions>): void {
  if (hidden <= 0 || json === true || csv === true) return
  process.stdout.write(`… and ${hidden.toLocaleString('en')} more: --limit N shows more of them, --json all.\n`)
}
