import type { Argv } from 'yargs'

import { printError } from './display/error.ts'
import { explainError } from './explain-error.ts'
import { withoutSecrets } from './hide-secrets.ts'

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
    process.stderr.write(`\n${withoutSecrets(message ?? '', process.argv)}\n`)
    process.exit(2)
  }
  endWith(error, { debug })
}

/** Ends the process with an error, whatever was thrown and wherever. */
export function endWith(error: unknown, { debug }: { readonly debug: boolean }): never {
  const explained = explainError(error)
  printError(explained ?? error, { debug })
  process.exit(explained?.exitCode ?? 1)
}
