import { readFileSync } from 'node:fs'

import { isSystemError, SwathError } from '../../errors.ts'
import { isSqliteError } from '../../sqlite/database.ts'

/** What comes again however often the same is asked: a mistake in a statement, a rule of the schema's, damage. */
const lasting = /^SQLITE_(ERROR|CONSTRAINT|CORRUPT|NOTADB|FORMAT|MISMATCH|MISUSE|RANGE|TOOBIG|SCHEMA|AUTH|PERM)/

/**
 * Why SQLite, whose file is there, did not do what it was asked, and may do it the next time: it was interrupted, had no
 * memory, or anything that is not known to last. Undefined for any other error.
 */
export function setback(error: unknown): string | undefined {
  const cause = error instanceof SwathError ? error.cause : error
  if (!isSqliteError(cause) || lasting.test(cause.code) || obstacle(cause) !== undefined) return undefined
  return `${cause.message} (${cause.code})`
}

/** SQLite's word for a disk that is full, gone, or slower than its patience: nothing is torn, the write was not made. */
export function obstacle(error: unknown): string | undefined {
  const cause = error instanceof SwathError ? error.cause : error
  if (!isSqliteError(cause)) return undefined
  const [, family = ''] = /^(SQLITE_[A-Z]+)/.exec(cause.code) ?? []
  const obstacles: Record<string, string> = {
    SQLITE_FULL: 'the disk is full',
    SQLITE_IOERR: fileSizeLimit(cause.code) ?? `the disk reports an error (${cause.code})`,
    SQLITE_READONLY: 'it is read-only',
    SQLITE_CANTOPEN: 'its file cannot be opened',
    SQLITE_BUSY: 'another process holds it',
    SQLITE_PROTOCOL: 'the network disk does not lock it',
  }
  return obstacles[family]
}

/** SQLite reports a file that may not grow as an error of the disk; Linux names the limit. */
function fileSizeLimit(code: string): string | undefined {
  // Node’s own SQLite gives the number of the extended code.
  if (!/^SQLITE_IOERR_(WRITE|778)$/.test(code) || process.platform !== 'linux') return undefined
  const [, bytes] = /^Max file size +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return bytes === undefined ? undefined : `this process may write no file beyond ${bytes} bytes (ulimit -f)`
}

/** An error of SQLite's, or of the system at the file of the store, as a SwathError('store'); any other as it is. */
export function asStoreError(path: string, error: unknown): unknown {
  if (isSqliteError(error)) return storeError(path, error.code, error.message, error)
  if (!isSystemError(error)) return error
  const hint = 'check the file, its folder, and the limits of this process (ulimit -a)'
  return new SwathError('store', `${path} cannot be used (${error.message})`, { hint, cause: error })
}

export function storeError(path: string, code: string, reason: string, cause?: unknown): SwathError {
  const advice: Record<string, [message: string, hint: string]> = {
    SQLITE_NOTADB: ['is not a swath database', 'name another file with --store sqlite:<file>'],
    SQLITE_CANTOPEN: ['cannot be opened', 'check that the folder is there and may be written'],
    SQLITE_READONLY: ['cannot be written', 'check the permissions of the file and of its folder'],
    SQLITE_BUSY: ['is locked by another process', 'wait for it to finish, then try again'],
    SQLITE_CORRUPT: ['is damaged', 'put a backup in its place, or run `swath doctor --repair`'],
    SQLITE_IOERR: ['is on a disk that reports an error', 'make a backup on another one: swath backup FILE'],
    SQLITE_FULL: [
      'cannot grow: the disk is full',
      'make room and run the same command again: nothing reported is lost',
    ],
  }
  const [, family = ''] = /^(SQLITE_[A-Z]+)/.exec(code) ?? []
  const [message, hint] = advice[family] ?? ['cannot be used', 'run `swath doctor`']
  return new SwathError('store', `${path} ${message} (${reason})`, { hint, cause })
}
