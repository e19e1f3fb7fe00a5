import { SwathError } from '../../errors.ts'
import { acceptProgramOption } from '../accept-program-option.ts'
import { trialId } from '../trial-id.ts'
import type { Command } from './command.ts'
import { numberOption, positiveWhole, workerCount } from '../number-option.ts'

interface Options {
  readonly sweep: string | undefined
  readonly cores: number | undefined
  readonly workers: number | undefined
  readonly trial: string | undefined
  readonly epochs: number | undefined
  readonly 'accept-program': boolean
}

export const resumeCommand: Command<Options> = {
  command: 'resume [sweep]',
  describe: 'Go on with an interrupted sweep; failed and cancelled trials run again',
  builder: (yargs) =>
    yargs
      .positional('sweep', { type: 'string', describe: 'The name of a sweep (default: the latest)' })
      .option('cores', numberOption('cores', positiveWhole, { describe: 'Cores to use in all (default: all)' }))
      .option('workers', numberOption('workers', workerCount, { describe: 'Trials to train at once' }))
      .option('trial', {
        type: 'string',
        requiresArg: true,
        conflicts: 'sweep',
        describe: 'Only this trial, though a rule stopped it',
      })
      .option('epochs', numberOption('epochs', positiveWhole, { describe: 'Train it to this epoch (with --trial)' }))
      .option('accept-program', acceptProgramOption)
      .example('$0 resume', 'Go on with the latest sweep')
      .example('$0 resume --accept-program', 'The same, with a program that was mended since')
      .example('$0 resume --trial 7 --epochs 10', 'Train a trial on that was stopped early'),
  handler: async ({ sweep, store, cores, workers, trial, epochs, acceptProgram }) => {
    if (trial === undefined && epochs !== undefined) {
      throw new SwathError('usage', '--epochs is of one trial: say which with --trial')
    }
    const id = trial === undefined ? undefined : trialId(trial)
    const { runAndReport } = await import('../run-and-report.ts')
    await runAndReport({ store, machine: { cores, workers }, acceptsProgram: acceptProgram }, async (context) => {
      const { resumeSweep, resumeTrial } = await import('../../run/run-sweep.ts')
      return id === undefined ? resumeSweep(context, sweep) : resumeTrial(context, id, epochs)
    })
  },
}
