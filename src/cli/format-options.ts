import type { Argv } from 'yargs'

export interface FormatOptions {
  readonly json: boolean | undefined
  readonly csv: boolean | undefined
}

/** `--json` and `--csv`, for every command that prints rows. */
export function formatOptions<T>(yargs: Argv<T>): Argv<T & FormatOptions> {
  return yargs
    .option('json', { type: 'boolean', describe: 'Print JSON', conflicts: 'csv' })
    .option('csv', { type: 'boolean', describe: 'Print CSV' })
}
