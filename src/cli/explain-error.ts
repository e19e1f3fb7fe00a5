import { isSystemError, messageOf, SwathError } from '../errors.ts'

/** What helps where the machine, and not swath, was at fault; by the code of the error. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk, then run the same command again',
  EDQUOT: 'make room within your quota, then run the same command again',
  EFBIG: 'raise the limit on the size of a file: ulimit -f',
  EMFILE: 'raise the limit on open files: ulimit -n 4096',
  ENFILE: 'this machine has too many files open: end what has, then run the same command again',
  EAGAIN: 'raise the limit on processes (ulimit -u), or end some, then run the same command again',
  ENOMEM: 'end what takes the memory, then run the same command again',
  ENOENT: 'check that the file or folder is there, also the one that you are in',
  EACCES: 'check the permissions of the file and of its folder',
  EPERM: 'check the permissions of the file and of its folder',
  EROFS: 'name a file on a disk that may be written',
  EIO: 'look after the disk, then run the same command again',
}

/** What Node says of threads and processes that the system does not let it start. */
const refusedBySystem = /^ERR_(WORKER_(INIT_FAILED|OUT_OF_MEMORY)|SYSTEM_ERROR)$/

/** A code of SQLite or of PostgreSQL. */
const databaseCode = /^(SQLITE_[A-Z_0-9]+|[0-9][0-9A-Z]{4})$/

/**
 * Returns an error as the user is told of it; undefined for a bug. Only an error that swath's own code made is a bug: none of
 * the system, of a database or of the network is.
 */
export function explainError(error: unknown): SwathError | undefined {
  if (error instanceof SwathError) return error
  const usage = usageError(error)
  if (usage !== undefined) return usage
  if (error instanceof SyntaxError && /\bJSON\b/.test(error.message)) {
    return new SwathError('store', `a row of the store holds invalid JSON: ${error.message}`, {
      hint: 'put a backup in the place of the store, or delete the sweep whose row it is: swath delete',
      cause: error,
    })
  }
  const code = codeOf(error)
  if (databaseCode.test(code)) {
    return new SwathError('store', `the store cannot be used: ${messageOf(error)} (${code})`, {
      hint: 'run `swath doctor`: it says what is wrong with the store',
      cause: error,
    })
  }
  const isOfSystem = isSystemError(error) || refusedBySystem.test(code) || /^(E[A-Z0-9]{2,}|EAI_[A-Z]+)$/.test(code)
  if (!isOfSystem) return undefined
  const hint = advice[code] ?? 'check the limits of this process (ulimit -a), its disk and its memory'
  return new SwathError('setup', messageOf(error), { hint, cause: error })
}

/** What yargs throws, where it does not call its own handler. */
function usageError(error: unknown): SwathError | undefined {
  if (!(error instanceof Error) || error.name !== 'YError') return undefined
  const [, option] = /^Not enough arguments following: (.+)$/.exec(error.message) ?? []
  const message = option === undefined ? error.message : `${option.length === 1 ? '-' : '--'}${option} needs a value`
  return new SwathError('usage', message, { hint: 'the same command with --help shows its options' })
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}
