import type { Transaction } from 'kysely'

import type { Schema } from '../store/schema.ts'

interface WaitingTrial {
  readonly id: number
  /** The higher is taken first; below 0 it is taken alone. */
  readonly priority: number
  readonly delaySeconds: number
}

export interface TakenTrial {
  readonly trialId: number
  readonly job: string
}

/**
 * Trials of a store that wait for any host. It holds ids alone, and gives each at least once: what they mean, and who has
 * which, is in the store.
 */
export interface SharedQueue {
  /** The part of one sweep, made if it is not there. */
  of(sweepId: number): Promise<SweepQueue>
  /** The sweeps that it has a part for. */
  sweeps(): Promise<number[]>
  /** Forgets all that waits of a sweep. */
  drop(sweepId: number): Promise<void>
  close(): Promise<void>
}

export interface SweepQueue {
  /** Adds trials in the transaction that makes them wait; one that waits already is left as it is. */
  add(transaction: Transaction<Schema>, trials: readonly WaitingTrial[]): Promise<void>
  /** The trials that it has, waiting or taken, and the job of each. */
  held(): Promise<ReadonlyMap<number, string>>
  /** Takes trials; they are somebody else's to take, too, unless they are done soon. @param alone those below 0 as well */
  take(most: number, options: { readonly alone: boolean }): Promise<TakenTrial[]>
  /** Removes jobs in the transaction that begins their trials, or that finds them not to wait. */
  done(transaction: Transaction<Schema>, jobs: readonly string[]): Promise<void>
}

/** What is wrong with the tables of a queue. */
export interface QueueFlaw {
  /** `newer`: they are of a newer swath. Anything else can be mended. */
  readonly kind: 'missing' | 'incomplete' | 'older' | 'newer'
  readonly detail: string
}

/** The tables that a queue is kept in. All that they say follows from the store. */
export interface QueueTables {
  /** Looks at them, and changes nothing. */
  flaw(): Promise<QueueFlaw | undefined>
  /** Drops them; the next that opens the queue makes them anew, without a job. */
  clear(): Promise<void>
}
