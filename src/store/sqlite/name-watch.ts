import { setTimeout as delay } from 'node:timers/promises'

import type { SwathError } from '../../errors.ts'
import type { Database } from '../../sqlite/database.ts'
import type { Displacement, OpenNames } from './names.ts'
import { rescue, type Lost } from './rescue.ts'

const lookMs = 1_000

type Watched = Omit<Lost, 'isWritten'> & {
  readonly database: Database
  readonly names: OpenNames
  /** True once this process has written something. */
  readonly wasWritten: () => boolean
}

/**
 * Notices that a database which this process writes to was removed, renamed or replaced: with every commit, and each
 * second. What it holds is saved first, then everyone who waits is told.
 */
export class NameWatch {
  readonly #watched: Watched
  readonly #timer: NodeJS.Timeout
  readonly #lost = new AbortController()
  #found: Promise<SwathError> | undefined
  #isOver = false

  constructor(watched: Watched) {
    this.#watched = watched
    this.#timer = setInterval(() => void this.verify().catch(() => undefined), lookMs).unref()
  }

  /** Aborted with the error that says what happened, once the data is saved. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** @throws SwathError('store') if the database has lost its name */
  async verify(): Promise<void> {
    const displacement = this.#found === undefined ? this.#watched.names.displacement() : undefined
    if (displacement !== undefined) this.#found = this.#save(displacement)
    if (this.#found !== undefined) throw await this.#found
  }

  /** Before the database is closed. @throws SwathError('store') if what this process wrote has lost its name */
  async end(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#timer)
    if (this.#watched.wasWritten()) await this.verify()
  }

  async #save(displacement: Displacement): Promise<SwathError> {
    const { database, wasWritten } = this.#watched
    // SQLite copies nothing within a transaction.
    while (database.inTransaction) await delay(1)
    const error = rescue(database, displacement, { ...this.#watched, isWritten: wasWritten() })
    this.#lost.abort(error)
    return error
  }
}
