import { close, fdatasync, open } from 'node:fs'
import { promisify } from 'node:util'

import { messageOf, SwathError } from '../../errors.ts'

const opened = promisify(open)
const synced = promisify(fdatasync)
const closed = promisify(close)

/**
 * The write-ahead log of a database whose commits do not flush it (`synchronous = NORMAL`): flushed here it is on disk as
 * after SQLite's own flush (FULL), and the thread is free meanwhile. A crash in between loses whole commits, the last
 * ones, that nobody was told of. SQLite itself flushes the log before it moves anything to the database.
 */
export class Log {
  readonly #path: string
  readonly #verify: () => Promise<void> | undefined
  #file: Promise<number> | undefined
  #isWritten = false
  #wasWritten = false

  /** @param verify rejects where the database has lost its name: what was committed then does not count */
  constructor(path: string, verify: () => Promise<void> | undefined) {
    this.#path = path
    this.#verify = verify
  }

  /** True once something may have been written since the database was opened. */
  get wasWritten(): boolean {
    return this.#wasWritten
  }

  /** Something may be written from now on. */
  written(): void {
    this.#isWritten = this.#wasWritten = true
  }

  /** Resolves when all that was committed before is on disk. @throws SwathError('store') */
  async flush(): Promise<void> {
    if (!this.#isWritten) return
    this.#isWritten = false
    try {
      this.#file ??= opened(this.#path, 'r+')
      await synced(await this.#file)
    } catch (error) {
      await this.#verify()
      // It cannot be tried again: the system may hold for written what it failed to write.
      throw new SwathError('store', `${this.#path} cannot be flushed to disk (${messageOf(error)})`, {
        hint: 'look after the disk, then `swath resume`: it goes on from what is on it',
        cause: error,
      })
    }
    await this.#verify()
  }

  async close(): Promise<void> {
    if (this.#file !== undefined) await closed(await this.#file)
  }
}
