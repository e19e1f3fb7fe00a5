import { SwathError } from '../../errors.ts'
import { acceptProgramOption } from '../accept-program-option.ts'
import { artifactsOption } from '../artifacts-option.ts'
import { interruptedExitCode } from '../interrupt.ts'
import type { Command } from './command.ts'
import { numberOption, positiveWhole, seedRange, workerCount } from '../number-option.ts'

interface Options {
  readonly file: string
  readonly new: boolean
  readonly extend: boolean
  readonly 'accept-program': boolean
  readonly enqueue: string[]
  readonly 'dry-run': boolean
  readonly set: string[]
  readonly seed: number | undefined
  readonly cores: number | undefined
  readonly workers: number | undefined
  readonly artifacts: string | undefined
  readonly open: boolean
}

export const runCommand: Command<Options> = {
  command: 'run <file>',
  describe: 'Run a sweep file, or go on where the last run of it ended',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'A sweep file (YAML), or - for the standard input',
      })
      .option('new', { type: 'boolean', default: false, describe: 'Start another sweep, even if this file has one' })
      .option('extend', {
        type: 'boolean',
        default: false,
        describe: 'The grid has other values now: train what is new in the sweep that is there',
      })
      .option('accept-program', acceptProgramOption)
      .option('enqueue', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'Train a point before all others: "{ depth: 2, width: 64 }", or a file with one or a list of them',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print the plan and what it costs; train nothing',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'Replace a key of the file: epochs=5, parameters.width.values=[64,128]',
      })
      .option('seed', numberOption('seed', seedRange, { describe: 'Replace the seed of the file' }))
      .option('cores', numberOption('cores', positiveWhole, { describe: 'Cores to use in all (default: all)' }))
      .option(
        'workers',
        numberOption('workers', workerCount, {
          describe: 'Trials to train at once (default: as many as the cores allow)',
        }),
      )
      .option('artifacts', artifactsOption)
      .option('open', { type: 'boolean', default: false, describe: 'Open its page in the browser, until Ctrl-C' })
      .example('$0 run sweeps/mnist-depth-width.yaml', 'Train the grid on every core')
      .example('$0 run my.yaml --accept-program', 'Go on with a program that was changed since')
      .example('$0 run my.yaml --set epochs=1 --new', 'The same sweep with one epoch, as a sweep of its own'),
  handler: async ({ file, store, artifacts, set, seed, cores, workers, new: isNew, extend, ...options }) => {
    const { enqueue, dryRun, open, acceptProgram } = options
    const overrides = seed === undefined ? set : [...set, `seed=${seed}`]
    const machine = { cores, workers }
    if (isNew && extend)
      throw new SwathError('usage', '--new makes another sweep, --extend adds to the one that is there')
    if (dryRun) {
      const { printPlan } = await import('../print-plan.ts')
      await printPlan({ path: file, overrides, machine, store })
    } else {
      const { runAndReport } = await import('../run-and-report.ts')
      const { readSweepFile } = await import('../../sweep/read.ts')
      // What the file says, checked before anything is opened.
      const read = readSweepFile(file, overrides)
      const { readPoints } = await import('../../sweep/points.ts')
      const named = readPoints(enqueue, read)
      const page = open ? await (await import('../page-beside.ts')).openPageBeside(store) : undefined
      await runAndReport({ store, artifacts, machine, acceptsProgram: acceptProgram }, async (context) => {
        const { runSweep } = await import('../../run/run-sweep.ts')
        for (const note of read.notes) context.observer.note(note)
        return runSweep(context, { file: read, isNew, mayGrow: extend, named })
      })
      if (process.exitCode === interruptedExitCode) page?.close()
      await page?.ended
    }
  },
}
