import { sql } from 'kysely'

import type { SharedArtifacts } from '../artifacts/shared.ts'
import { SwathError } from '../errors.ts'
import type { Change } from '../store/change.ts'
import { applyChanges, type SharedWork } from '../store/changes.ts'
import type { Judging } from '../store/stops.ts'
import type { Store } from '../store/store.ts'
import { droppedBy, mostInGroup, settle, writeEach, type PendingChange, type WriteGroup } from './aggregator.ts'
import { inTime } from './in-time.ts'
import type { Journal, JournalEntry } from '../store/journal.ts'
import type { Patience } from './patience.ts'
import { isRefusedByDatabase } from './refused-by-database.ts'
import type { Removal } from './removal.ts'

/** The way from a host to the store that it shares with others. */
export interface Delivery {
  readonly store: Store
  readonly shared: SharedWork
  /** Of a sweep that has a stopping rule. */
  readonly judging?: Judging | undefined
  readonly artifacts: SharedArtifacts
  /** With the store, and with the place of the artifacts. */
  readonly patience: Patience
  readonly carrying: Patience
  readonly removal: Removal
  readonly journal: Journal
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

/** What a group's writing came to. */
interface Attempt {
  readonly group: readonly PendingChange[]
  readonly refused: Set<Change>
  readonly stops: Map<Change, string>
  /** Rejects as the writing did. */
  readonly done: Promise<void>
}

/**
 * Writes to a store that hosts share. While it is away, reports and ends are kept on this host's disk, and trials train
 * on; what wants an answer (may this trial begin here?) waits. When it is back, what was kept goes first, in its order.
 */
export class Outbox {
  readonly #delivery: Delivery
  /** Ends that are kept, by trial; they are over when the store has them. */
  readonly #ends = new Map<number, PendingChange>()
  /** Trials with a kept report that the store did not take in the end, and why; they are told with their next change. */
  readonly #lost = new Map<number, unknown>()
  /** What waits for an answer. */
  #held: PendingChange[] = []
  #delivering: Promise<void> | undefined
  #turn: Promise<void> = Promise.resolve()
  /** What is kept cannot be delivered, ever: nothing is to come before it. */
  #failure: { readonly error: unknown } | undefined

  constructor(delivery: Delivery) {
    this.#delivery = delivery
  }

  readonly write: WriteGroup = (group) => (this.#turn = this.#turn.then(() => this.#write(group)))

  async #write(group: readonly PendingChange[]): Promise<void> {
    if (group.length === 0) return
    const { store, shared, judging, journal, patience, removal } = this.#delivery
    if (this.#failure !== undefined) {
      for (const { reject } of group) reject(this.#failure.error)
      return
    }
    const lost = group.filter(({ change }) => this.#tellLost(change))
    for (const { change, reject } of lost) if ('trialId' in change) reject(this.#lost.get(change.trialId ?? 0))
    if (lost.length > 0) {
      for (const { change } of lost) if (change.type === 'end') this.#lost.delete(change.trialId)
      await this.#write(group.filter((pending) => !lost.includes(pending)))
      return
    }
    // A run that ends stops delivering and keeps its entries: what it writes after them stays behind them.
    const hasKept = this.#delivering !== undefined || journal.length > 0
    if (hasKept || group.some(({ unpublished }) => unpublished.length > 0)) {
      this.#keep(group)
      return
    }
    const refused = new Set<Change>()
    const stops = new Map<Change, string>()
    const changes = group.map(({ change }) => change)
    const done = patience.briefly(async () => {
      await applyChanges(store.db, changes, { shared, judging, refused, stops })
    })
    try {
      if (await inTime(done)) settle(group, { refused, stops }, removal)
      else this.#keep(group, { group, refused, stops, done })
    } catch (error) {
      if (store.obstacle(error) !== undefined) this.#keep(group, { group, refused, stops, done })
      else await this.#writeEach(group, error)
    }
  }

  #tellLost(change: Change): boolean {
    return (change.type === 'report' || change.type === 'end') && this.#lost.has(change.trialId)
  }

  async #writeEach(group: readonly PendingChange[], error: unknown): Promise<void> {
    const { store, shared, judging, removal } = this.#delivery
    await writeEach(group, error, async (pending) => {
      const [refused, stops] = [new Set<Change>(), new Map<Change, string>()]
      try {
        await applyChanges(store.db, [pending.change], { shared, judging, refused, stops })
        settle([pending], { refused, stops }, removal)
      } catch (error) {
        if (store.obstacle(error) === undefined) throw error
        this.#keep([pending])
      }
    })
  }

  /** @param attempt to write the group, where nobody knows yet what becomes of it */
  #keep(group: readonly PendingChange[], attempt?: Attempt): void {
    const { journal, artifacts } = this.#delivery
    const entries = group.flatMap(({ change, unpublished }) =>
      change.type === 'report' || change.type === 'end' ? [{ change, unpublished }] : [],
    )
    try {
      journal.append(entries)
    } catch {
      // This host has no room either: then all of it waits.
      this.#held.push(...group)
      this.#delivering ??= this.#deliver()
      return
    }
    for (const pending of group) {
      const { change, resolve } = pending
      if (change.type === 'end') this.#ends.set(change.trialId, pending)
      else if (change.type !== 'report') this.#held.push(pending)
      else {
        // Its copies elsewhere go with their rows.
        artifacts.host.remove(change.drop ?? [])
        // What a rule makes of it, its trial hears after its next one.
        resolve('kept')
      }
    }
    this.#delivering ??= this.#deliver(attempt && { ...attempt, kept: entries.length })
  }

  async #deliver(attempt?: Attempt & { readonly kept: number }): Promise<void> {
    const { journal } = this.#delivery
    try {
      if (attempt !== undefined && (await this.#wasWritten(attempt))) {
        journal.delivered(attempt.kept)
        this.#held = this.#held.filter((pending) => !attempt.group.includes(pending))
        settle(attempt.group, attempt, this.#delivery.removal)
      }
      await deliverKept(this.#delivery, (change, verdict, error) => {
        if (change.type === 'report' && verdict === 'lost') this.#lost.set(change.trialId, error)
        if (change.type !== 'end') return
        if (verdict === 'lost') {
          this.#lost.delete(change.trialId)
          this.#ends.get(change.trialId)?.reject(error)
          this.#ends.delete(change.trialId)
          return
        }
        this.#ends.get(change.trialId)?.resolve(verdict)
        this.#ends.delete(change.trialId)
      })
    } catch (error) {
      // What is kept stays on this host's disk, and is delivered by whoever trains here next.
      if (!this.#delivery.signal.aborted) this.#failure = { error }
      for (const { reject } of [...this.#ends.values(), ...this.#held]) reject(error)
      this.#ends.clear()
      this.#held = []
    }
    this.#delivering = undefined
    await this.write(this.#held.splice(0))
  }

  async #wasWritten({ done }: Attempt): Promise<boolean> {
    const { store, patience, signal } = this.#delivery
    try {
      // A server that was cut off may not answer for a quarter of an hour.
      await Promise.race([done, rejectedBy(signal)])
      return true
    } catch (error) {
      signal.throwIfAborted()
      return patience.read(async () => {
        if (await store.wasCommitted(error)) return true
        // It is asked nothing where the connection was lost before the commit; it is back when it answers.
        await sql`select 1`.execute(store.db)
        return false
      })
    }
  }
}

/** Brings all that a journal keeps to the store, in its order; says of each change what became of it. */
export async function deliverKept(
  delivery: Omit<Delivery, 'signal'>,
  delivered: (change: Change, verdict: 'refused' | 'kept' | 'lost', error?: unknown) => void,
): Promise<void> {
  const { journal } = delivery
  for (let entries = journal.first(mostInGroup); entries.length > 0; entries = journal.first(mostInGroup)) {
    const lost = new Map<Change, unknown>()
    const refused = await deliver(delivery, entries).catch(async (error: unknown) => {
      if (!isRefusedByDatabase(delivery.store, error)) throw error
      return deliverEach(delivery, entries, lost)
    })
    journal.delivered(entries.length)
    for (const { change } of entries) {
      if (lost.has(change)) delivered(change, 'lost', lost.get(change))
      else delivered(change, refused.has(change) ? 'refused' : 'kept')
    }
  }
}

/** Brings entries one by one: one that the database does not take is lost, with all that follows of its trial. */
async function deliverEach(
  delivery: Omit<Delivery, 'journal' | 'signal'>,
  entries: readonly JournalEntry[],
  lost: Map<Change, unknown>,
): Promise<ReadonlySet<Change>> {
  const refused = new Set<Change>()
  const failed = new Map<number, unknown>()
  for (const entry of entries) {
    const { trialId } = entry.change
    if (failed.has(trialId)) {
      lost.set(entry.change, failed.get(trialId))
      continue
    }
    try {
      for (const change of await deliver(delivery, [entry])) refused.add(change)
    } catch (error) {
      if (!isRefusedByDatabase(delivery.store, error)) throw error
      failed.set(trialId, error)
      lost.set(entry.change, error)
    }
  }
  return refused
}

/** Brings entries to the store, and the files that they name before them. Resolves to the changes that were refused. */
export async function deliver(
  { store, shared, judging, artifacts, patience, carrying, removal }: Omit<Delivery, 'journal' | 'signal'>,
  entries: readonly JournalEntry[],
): Promise<ReadonlySet<Change>> {
  const superseded = new Set(droppedBy(entries.map(({ change }) => change)))
  const changes: Change[] = []
  for (const { change, unpublished } of entries) {
    const gone = new Set<string>()
    for (const artifact of unpublished) {
      const isThere = !superseded.has(artifact.name) && (await carrying.read(() => publishAgain(artifacts, artifact)))
      if (!isThere) gone.add(artifact.name)
    }
    changes.push(withoutFiles(change, gone))
  }
  const refused = new Set<Change>()
  await patience.write(async () => {
    await applyChanges(store.db, changes, { shared, judging, refused, again: true })
  })
  removal.begin(droppedBy(changes.filter((change) => !refused.has(change))))
  return new Set(entries.flatMap(({ change }, k) => (refused.has(changes[k] ?? change) ? [change] : [])))
}

/** It may have been published while nobody waited any more. Resolves to false if it is nowhere. */
async function publishAgain(
  artifacts: SharedArtifacts,
  artifact: JournalEntry['unpublished'][number],
): Promise<boolean> {
  try {
    await artifacts.fetch(artifact)
  } catch (error) {
    if (error instanceof SwathError && error.code === 'artifact') return false
    throw error
  }
  await artifacts.publish(artifact)
  return true
}

function withoutFiles(change: JournalEntry['change'], gone: ReadonlySet<string>): JournalEntry['change'] {
  if (gone.size === 0) return change
  const { checkpoint, folder, ...rest } = change
  return {
    ...rest,
    ...(checkpoint !== undefined && !gone.has(checkpoint.name) && { checkpoint }),
    ...(folder !== undefined && !gone.has(folder.name) && { folder }),
  } as JournalEntry['change']
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error)
      },
      { once: true },
    )
  })
}
