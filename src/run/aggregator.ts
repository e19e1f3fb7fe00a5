import type { Kysely } from 'kysely'

import { applyChanges, type Change } from '../store/changes.ts'
import type { Schema } from '../store/schema.ts'

/**
 * The one writer of a running sweep. Whatever arrives while a group is being written forms the next group, so that a
 * commit (and its flush to disk) is shared by all trials that report at about the same time, and none waits for a timer.
 */
export class Aggregator {
  readonly #db: Kysely<Schema>
  #next: Change[] = []
  #nextCommit: Promise<void> | undefined
  #lastCommit: Promise<unknown> = Promise.resolve()

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  /** Resolves when the change is on disk. */
  write(change: Change): Promise<void> {
    this.#next.push(change)
    this.#nextCommit ??= this.#commitAfter(this.#lastCommit)
    return this.#nextCommit
  }

  async #commitAfter(previous: Promise<unknown>): Promise<void> {
    await previous.catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    const group = this.#next
    this.#next = []
    this.#lastCommit = this.#nextCommit ?? Promise.resolve()
    this.#nextCommit = undefined
    await applyChanges(this.#db, group)
  }
}
