import type { Argv } from 'yargs'

import { SwathError } from '../errors.ts'
import { printError } from './display/error.ts'

/** Ends the process after a mistake of the user's (2), of the machine's (1), or of ours (1). */
export function fail({
  message,
  error,
  parser,
  debug,
}: {
  message: string | undefined
  error: unknown
  parser: Argv
  debug: boolean
}): never {
  if (error === undefined || error === null) {
    parser.showHelp('error')
    process.stderr.write(`\n${message ?? ''}\n`)
    process.exit(2)
  }
  printError(error, { debug })
  process.exit(error instanceof SwathError ? error.exitCode : 1)
}
