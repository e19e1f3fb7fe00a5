import { withoutPasswords } from './shown-location.ts'

/** What went wrong, for code that branches on it; each kind has its exit code. */
export type ErrorCode =
  | 'usage' // what was typed cannot be done
  | 'sweep-file' // the sweep file is wrong, at a line and column
  | 'sweep-changed' // the file under this name is not the one that the store holds
  | 'sweep-busy' // another process is running this sweep
  | 'not-found' // no such sweep, trial or file
  | 'program' // a trial program cannot be loaded or is not one
  | 'dataset' // a data set file is missing or broken
  | 'artifact' // a file that a trial left is gone, damaged, or cannot be written
  | 'image' // a picture cannot be read, or has no digit on it
  | 'store' // the database cannot be opened, read or written
  | 'sql' // a query was refused
  | 'busy' // more is under way than is allowed at a time
  | 'setup' // a part that swath builds for itself could not be made

const exitCodes: Record<ErrorCode, 1 | 2> = {
  usage: 2,
  'sweep-file': 2,
  'sweep-changed': 2,
  'sweep-busy': 2,
  'not-found': 2,
  program: 2,
  dataset: 2,
  artifact: 1,
  image: 2,
  store: 1,
  sql: 2,
  busy: 1,
  setup: 1,
}

/** An error that is meant for the user: `message` says what and where, `hint` what to do next. No stack is shown. */
export class SwathError extends Error {
  override readonly name = 'SwathError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(withoutPasswords(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint === undefined ? undefined : withoutPasswords(options.hint)
  }

  get exitCode(): 1 | 2 {
    return exitCodes[this.code]
  }
}

/** An error of the operating system (`ENOSPC`, `EMFILE`), as Node throws it. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code))
}

/** Returns the message of a thrown value, without passwords. JavaScript lets programs throw strings and worse. */
export function messageOf(thrown: unknown): string {
  try {
    return withoutPasswords(String(thrown instanceof Error ? thrown.message : thrown))
  } catch {
    return 'something that has no message was thrown'
  }
}
