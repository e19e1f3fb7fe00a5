import type { Kysely } from 'kysely'

import type { Change } from '../store/change.ts'
import { applyChanges, type SharedWork } from '../store/changes.ts'
import type { Schema } from '../store/schema.ts'
import type { Patience } from './patience.ts'

/** Changes in one transaction: enough to share a flush, few enough that it is over in some milliseconds. */
const mostInGroup = 500

interface Waiting {
  readonly change: Change
  readonly resolve: (isKept: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * The one writer of a running sweep. Whatever arrives while a group is being written forms the next group, so that a
 * commit (and its flush to disk) is shared by all trials that report at about the same time, and none waits for a timer.
 */
export class Aggregator {
  readonly #db: Kysely<Schema>
  readonly #patience: Patience
  readonly #shared: SharedWork | undefined
  readonly #waiting: Waiting[] = []
  #isWriting = false

  constructor(db: Kysely<Schema>, patience: Patience, shared?: SharedWork) {
    this.#db = db
    this.#patience = patience
    this.#shared = shared
  }

  /** Resolves when the change is on disk; to false if it was refused: somebody else has its trial by now. */
  write(change: Change): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const group = this.#waiting.splice(0, mostInGroup)
      const changes = group.map(({ change }) => change)
      const refused = new Set<Change>()
      await this.#patience
        .write(async () => {
          await applyChanges(this.#db, changes, { shared: this.#shared, refused })
        })
        .then(
          () => {
            for (const { change, resolve } of group) resolve(!refused.has(change))
          },
          (error: unknown) => {
            for (const { reject } of group) reject(error)
          },
        )
    }
    this.#isWriting = false
  }
}
