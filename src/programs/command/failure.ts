import type { TrialFailure } from '../../workers/protocol.ts'

/** A command that ended otherwise than with exit code 0. */
export class CommandError extends Error {
  readonly failure: TrialFailure

  /** @param lastLines the end of its stderr */
  constructor(title: string, exitCode: number | null, signal: string | null, lastLines: string) {
    super(signal === null ? `${title} ended with exit code ${exitCode ?? '?'}` : `${title} was ended by ${signal}`)
    this.failure = {
      ...{ kind: 'threw', message: this.message },
      ...(lastLines === '' ? {} : { stack: lastLines }),
      ...(exitCode === null ? {} : { exitCode }),
      ...(signal === null ? {} : { signal }),
    }
  }
}
