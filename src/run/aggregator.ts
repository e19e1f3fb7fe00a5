import type { Kysely } from 'kysely'

import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { Change } from '../store/change.ts'
import { applyChanges } from '../store/changes.ts'
import type { Schema } from '../store/schema.ts'
import type { Judging } from '../store/stops.ts'
import type { Patience } from './patience.ts'
import type { Removal } from './removal.ts'

/** Changes in one transaction: enough to share a flush, few enough that it is over in some milliseconds. */
export const mostInGroup = 500

/** What became of a change: somebody else has its trial by now, or it is on disk; and its trial may be told to stop. */
export type Verdict = 'refused' | 'kept' | { readonly stop: string }

/** A change, and who waits until it is safe. */
export interface PendingChange {
  readonly change: Change
  /** Files that it names and that are on this host alone. */
  readonly unpublished: readonly StoredArtifact[]
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

/** Writes a group down, and tells everybody who waits for it. */
export type WriteGroup = (group: readonly PendingChange[]) => Promise<void>

/**
 * The one writer of a running sweep. Whatever arrives while a group is being written forms the next group, so that a
 * commit (and its flush to disk) is shared by all trials that report at about the same time, and none waits for a timer.
 */
export class Aggregator {
  readonly #writeGroup: WriteGroup
  readonly #waiting: PendingChange[] = []
  #writing: readonly PendingChange[] = []
  #isWriting = false

  constructor(writeGroup: WriteGroup) {
    this.#writeGroup = writeGroup
  }

  /** Changes that are neither on disk nor refused, in their order; some may be on disk without it being known. */
  get unwritten(): readonly PendingChange[] {
    return [...this.#writing, ...this.#waiting]
  }

  /** Resolves when the change is on disk; to false if it was refused: somebody else has its trial by now. */
  async write(change: Change, unpublished: readonly StoredArtifact[] = []): Promise<boolean> {
    return (await this.report(change, unpublished)) !== 'refused'
  }

  /** As {@link write}, for who has to know whether a report ends its trial. */
  report(change: Change, unpublished: readonly StoredArtifact[] = []): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, unpublished, resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      this.#writing = this.#waiting.splice(0, mostInGroup)
      await this.#writeGroup(this.#writing)
      this.#writing = []
    }
    this.#isWriting = false
  }
}

/** Writes to a store of this machine; while it takes no writes, all wait. */
export function writeOrWait(db: Kysely<Schema>, patience: Patience, removal: Removal, judging?: Judging): WriteGroup {
  return async (group) => {
    const refused = new Set<Change>()
    const stops = new Map<Change, string>()
    try {
      await patience.write(async () => {
        await applyChanges(
          db,
          group.map(({ change }) => change),
          { refused, stops, judging },
        )
      })
    } catch (error) {
      await writeEach(group, error, async (pending) => {
        await applyChanges(db, [pending.change], { refused, stops, judging })
        settle([pending], { refused, stops }, removal)
      })
      return
    }
    settle(group, { refused, stops }, removal)
  }
}

/**
 * Writes the changes of a group that failed one by one: what fails then is the fault of that change, and its trial alone
 * is told. @param error of the group
 */
export async function writeEach(
  group: readonly PendingChange[],
  error: unknown,
  write: (pending: PendingChange) => Promise<void>,
): Promise<void> {
  for (const pending of group)
    await (group.length === 1 ? Promise.reject(error as Error) : write(pending)).catch(pending.reject)
}

/** What a group's changes made superfluous goes, now that its rows are gone. */
export function settle(
  group: readonly PendingChange[],
  { refused, stops }: { readonly refused: ReadonlySet<Change>; readonly stops: ReadonlyMap<Change, string> },
  removal: Removal,
): void {
  removal.begin(droppedBy(group.map(({ change }) => change).filter((change) => !refused.has(change))))
  for (const { change, resolve } of group) {
    const stop = stops.get(change)
    resolve(refused.has(change) ? 'refused' : stop === undefined ? 'kept' : { stop })
  }
}

/** The names of the files that changes make superfluous. */
export function droppedBy(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => ('drop' in change ? (change.drop ?? []) : []))
}
