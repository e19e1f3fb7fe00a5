import type { Command } from './command.ts'

interface Options {
  readonly sweep: string | undefined
  readonly cores: number | undefined
  readonly workers: number | undefined
}

export const resumeCommand: Command<Options> = {
  command: 'resume [sweep]',
  describe: 'Go on with an interrupted sweep; failed and cancelled trials run again',
  builder: (yargs) =>
    yargs
      .positional('sweep', { type: 'string', describe: 'The name of a sweep (default: the latest)' })
      .option('cores', { type: 'number', requiresArg: true, describe: 'Cores to use in all (default: all)' })
      .option('workers', { type: 'number', requiresArg: true, describe: 'Trials to train at once' })
      .example('$0 resume', 'Go on with the latest sweep'),
  handler: async ({ sweep, store, cores, workers }) => {
    const { runAndReport } = await import('../run-and-report.ts')
    await runAndReport({ store, machine: { cores, workers } }, async (context) => {
      const { resumeSweep } = await import('../../run/run-sweep.ts')
      return resumeSweep(context, sweep)
    })
  },
}
