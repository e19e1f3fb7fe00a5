import type { CoordinatorRow } from '../store/schema.ts'
import { SwathError } from '../errors.ts'
import { acquireSweep, leaseEnd, releaseSweep, renewSweep, thisProcess } from '../store/coordinators.ts'
import { shortenFutureTimes } from '../store/future-times.ts'
import { takeBackLost } from '../store/lost-trials.ts'
import { removeSpools, replaySpools } from '../store/spool.ts'
import type { Store } from '../store/store.ts'
import { isCancelled, openSweep } from '../store/sweeps.ts'
import { renewLeases, type EndedState } from '../store/trials.ts'

const beatMs = 1_000

/** The right to run a sweep, kept while it is used. */
export interface Tenure {
  /** True once the sweep was cancelled. */
  isCancelled(): boolean
  /** Throws SwathError('sweep-busy') if another process has taken the sweep over. */
  refuseIfLost(): void
  release(): Promise<void>
}

interface Taking {
  /** States of trials to train again; undefined for a sweep that was created just now, which is open already. */
  readonly again: readonly EndedState[] | undefined
  /** How often in a row a trial may be lost. */
  readonly lossLimit: number
  /** Called when the sweep is cancelled elsewhere, or another process has taken it over. */
  readonly onEnd: () => void
}

/**
 * Takes a sweep, opens it again and takes back what a process that is gone left running, in one transaction: another
 * process that cancels or deletes the sweep does so before or after all of it.
 *
 * @throws SwathError('sweep-busy') that says which process runs it
 */
export async function takeSweep(
  store: Store,
  sweep: { readonly id: number; readonly name: string },
  { again, lossLimit, onEnd }: Taking,
): Promise<Tenure> {
  const self = thisProcess()
  const spools = await store.db.transaction().execute(async (transaction) => {
    const now = store.now()
    await shortenFutureTimes(transaction, now)
    const holder = await acquireSweep(transaction, sweep.id, self, now)
    if (holder !== undefined) throw busy(sweep.name, holder)
    if (again === undefined) return []
    const replayed = await replaySpools(transaction, sweep.id)
    await takeBackLost(transaction, sweep.id, { limit: lossLimit, at: now.toISOString() })
    await openSweep(transaction, sweep.id, again)
    return replayed
  })
  removeSpools(spools)

  let cancelled = false
  let successor: CoordinatorRow | undefined
  const beat = async () => {
    const now = store.now()
    if (!(await renewSweep(store.db, sweep.id, self, now))) {
      // This process was silent for longer than a lease, as after a suspended machine.
      successor = await acquireSweep(store.db, sweep.id, self, now)
      if (successor !== undefined) {
        onEnd()
        return
      }
    }
    await renewLeases(store.db, sweep.id, self, leaseEnd(now))
    if (!cancelled && (await isCancelled(store.db, sweep.id))) {
      cancelled = true
      onEnd()
    }
  }
  // A beat that fails is not lost: what cannot be written ends the run through the aggregator.
  let lastBeat: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    lastBeat = beat().catch(() => undefined)
  }, beatMs)
  return {
    isCancelled: () => cancelled,
    refuseIfLost() {
      if (successor !== undefined) throw busy(sweep.name, successor)
    },
    async release() {
      clearInterval(timer)
      await lastBeat
      await releaseSweep(store.db, sweep.id, self)
    },
  }
}

/** The error of a process that finds a sweep run by another one: which, and how to watch it. */
function busy(sweep: string, { host, pid, started_at }: CoordinatorRow): SwathError {
  return new SwathError('sweep-busy', `${sweep} is being run by process ${pid} on ${host}, since ${started_at}`, {
    hint: `wait for it, stop it with \`swath cancel ${sweep}\`, or watch it with \`swath show ${sweep}\``,
  })
}
