import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'

import { packageVersion } from '../package-root.ts'
import { backupCommand } from './commands/backup.ts'
import { cancelCommand } from './commands/cancel.ts'
import { compareCommand } from './commands/compare.ts'
import { deleteCommand } from './commands/delete.ts'
import { doctorCommand } from './commands/doctor.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { exportCommand } from './commands/export.ts'
import { gcCommand } from './commands/gc.ts'
import { hostsCommand } from './commands/hosts.ts'
import { listCommand } from './commands/list.ts'
import { paretoCommand } from './commands/pareto.ts'
import { postgresCommand } from './commands/postgres.ts'
import { predictCommand } from './commands/predict.ts'
import { plotCommand } from './commands/plot.ts'
import { resumeCommand } from './commands/resume.ts'
import { retrainCommand } from './commands/retrain.ts'
import { runCommand } from './commands/run.ts'
import { serveCommand } from './commands/serve.ts'
import { setupCommand } from './commands/setup.ts'
import { showCommand } from './commands/show.ts'
import { sqlCommand } from './commands/sql.ts'
import { trainCommand } from './commands/train.ts'
import { workerCommand } from './commands/worker.ts'
import { guardOutput } from './display/output.ts'
import { endWith, fail } from './fail.ts'
import { hideSecrets } from './hide-secrets.ts'
import { refuseRepeated } from './repeated-options.ts'

hideSecrets(process.argv)
guardOutput()

// Yargs makes nothing of a lone dash.
const args = hideBin(process.argv).map((arg) => (arg === '-' ? '/dev/stdin' : arg))
const debug = args.includes('--debug')
// A reader that has enough (`swath list | head`) or a closed terminal is no error; a full disk is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(0)
  endWith(error, { debug })
})
// Errors that no promise carries here, as of a stream or a process that cannot start.
process.on('uncaughtException', (error) => {
  endWith(error, { debug })
})

// Nor must a run end because nobody reads its progress any more.
process.stderr.on('error', () => undefined)

const parser = yargs(args)
await parser
  .scriptName('swath')
  .usage('$0 <command>\n\nHyperparameter sweeps: a grid in a short file, a trial on every core, every number in SQL.')
  .option('store', {
    type: 'string',
    describe: 'Where the results are: sqlite:<file> or postgres://…',
    default: process.env.SWATH_STORE ?? 'sqlite:swath.db',
    defaultDescription: 'SWATH_STORE, or sqlite:swath.db',
    global: true,
    requiresArg: true,
  })
  .command(runCommand)
  .command(trainCommand)
  .command(resumeCommand)
  .command(workerCommand)
  .command(hostsCommand)
  .command(evaluateCommand)
  .command(predictCommand)
  .command(retrainCommand)
  .command(exportCommand)
  .command(listCommand)
  .command(showCommand)
  .command(paretoCommand)
  .command(plotCommand)
  .command(compareCommand)
  .command(sqlCommand)
  .command(cancelCommand)
  .command(deleteCommand)
  .command(gcCommand)
  .command(backupCommand)
  .command(serveCommand)
  .command(postgresCommand)
  .command(setupCommand)
  .command(doctorCommand)
  .option('color', {
    type: 'boolean',
    describe: 'Colours; --no-color, NO_COLOR or a pipe turns them off',
    global: true,
  })
  .option('debug', { type: 'boolean', describe: 'Show stack traces and causes', global: true })
  .completion('completion', 'Print a script that completes commands in your shell')
  .epilogue('Exit codes: 0 done, 1 trials failed or the machine did, 2 wrong usage or input, 130 interrupted.')
  .check((given) => {
    refuseRepeated(given, arrayOptions())
    return true
  })
  .demandCommand(1, 'Name a command.')
  .recommendCommands()
  .strict()
  .wrap(Math.min(process.stdout.columns || 100, 100))
  .version(packageVersion())
  .help()
  .alias({ help: 'h', version: 'V' })
  .fail((message: string | undefined, error: unknown, parser) => {
    fail({ message, error, parser, debug })
  })
  .parseAsync()

/** Options of the command that is being parsed which take several values. Their list is not part of yargs' types. */
function arrayOptions(): readonly string[] {
  const { getOptions } = parser as unknown as { readonly getOptions: () => { readonly array: readonly string[] } }
  return getOptions.call(parser).array
}
