import type { CoordinatorRow } from '../store/schema.ts'
import { SwathError } from '../errors.ts'
import { acquireSweep, leaseEnd, releaseSweep, renewSweep, thisProcess } from '../store/coordinators.ts'
import type { Store } from '../store/store.ts'
import { isCancelled } from '../store/sweeps.ts'
import { renewLeases } from '../store/trials.ts'

const beatMs = 1_000

/** The right to run a sweep, kept while it is used. */
export interface Tenure {
  /** True once somebody cancelled the sweep. */
  isCancelled(): boolean
  release(): Promise<void>
}

/** Takes a sweep; throws SwathError('sweep-busy') that says who has it. Calls `onCancel` when it is cancelled elsewhere. */
export async function takeSweep(
  store: Store,
  sweep: { readonly id: number; readonly name: string },
  onCancel: () => void,
): Promise<Tenure> {
  const self = thisProcess()
  const holder = await acquireSweep(store.db, sweep.id, self, store.now())
  if (holder !== undefined) throw busy(sweep.name, holder)

  let cancelled = false
  const beat = async () => {
    const now = store.now()
    await renewSweep(store.db, sweep.id, self, now)
    await renewLeases(store.db, sweep.id, self, leaseEnd(now))
    if (!cancelled && (await isCancelled(store.db, sweep.id))) {
      cancelled = true
      onCancel()
    }
  }
  // A beat that fails is not lost: what cannot be written ends the run through the aggregator.
  let lastBeat: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    lastBeat = beat().catch(() => undefined)
  }, beatMs)
  return {
    isCancelled: () => cancelled,
    async release() {
      clearInterval(timer)
      await lastBeat
      await releaseSweep(store.db, sweep.id, self)
    },
  }
}

function busy(sweep: string, { host, pid, started_at }: CoordinatorRow): SwathError {
  return new SwathError('sweep-busy', `${sweep} is being run by process ${pid} on ${host}, since ${started_at}`, {
    hint: `wait for it, stop it with \`swath cancel ${sweep}\`, or watch it with \`swath show ${sweep}\``,
  })
}
