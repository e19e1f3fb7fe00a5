import type { SweepQueue } from '../queue/shared-queue.ts'
import { leaseMs } from '../store/coordinators.ts'
import { shortenFutureTimes } from '../store/future-times.ts'
import { setBadHostsAside } from '../store/hosts.ts'
import { anyExpired, lossLimit, takeBackLost } from '../store/lost-trials.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { takeTurn } from '../store/sweeps.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { RunObserver } from './events.ts'

/** One of all processes of a sweep looks after it as often. */
export const lookAfterMs = leaseMs / 6

/**
 * What those that train or watch a sweep of a shared store do in turn: take back trials whose leases are over, and set bad
 * hosts aside. Any process may, and several at once.
 */
export class Caretaker {
  readonly #store: Store
  readonly #queue: SweepQueue
  readonly #sweep: SweepRow
  readonly #settings: SweepSettings
  readonly #observer: Pick<RunObserver, 'note'>
  /** Since when the store has answered without a break. */
  #since = performance.now()

  constructor(
    store: Store,
    queue: SweepQueue,
    sweep: SweepRow,
    settings: SweepSettings,
    observer: Pick<RunObserver, 'note'>,
  ) {
    this.#store = store
    this.#queue = queue
    this.#sweep = sweep
    this.#settings = settings
    this.#observer = observer
  }

  /** @param isLast for a sweep that is about to be over, whoever's turn it is */
  async look({ isLast = false } = {}): Promise<void> {
    try {
      const now = this.#store.now()
      const at = now.toISOString()
      const { db } = this.#store
      // While the store was away nobody could renew a lease: all have the time of one to do so first.
      const isSettled = performance.now() - this.#since > leaseMs
      // One that cannot tell yet who is gone lets others go first.
      const ms = isSettled ? lookAfterMs : 2 * lookAfterMs
      if (!isLast && !(await takeTurn(db, this.#sweep.id, { now, ms }))) return
      await shortenFutureTimes(db, now)
      if (isSettled && (await anyExpired(db, this.#sweep.id, at))) {
        await takeBackLost(db, this.#sweep.id, { limit: lossLimit(this.#settings), at, shared: this.#queue })
        this.#observer.note('A host is gone: its trials wait again.')
      }
      for (const { name, reason } of await setBadHostsAside(db, this.#sweep.id, { queue: this.#queue, at })) {
        this.#observer.note(`Host ${name} is set aside: ${reason}`)
      }
    } catch (error) {
      this.#since = performance.now()
      if ((this.#store.obstacle(error) ?? this.#store.setback?.(error)) === undefined) throw error
    }
  }
}
