import { setTimeout as delay } from 'node:timers/promises'

import { usingArtifacts } from '../artifacts/open-shared.ts'
import type { ProgramFiles } from '../programs/program-files.ts'
import type { SweepQueue } from '../queue/shared-queue.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { isCancelled } from '../store/sweeps.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import { Caretaker, lookAfterMs } from './caretaker.ts'
import { checkHost } from './check-host.ts'
import type { RunObserver } from './events.ts'
import type { Host } from './host.ts'
import { Limits } from './limits.ts'
import type { Machinery } from './machinery.ts'
import { trainShared } from './train-shared.ts'
import type { Trainer } from '../workers/pool.ts'

export interface TrainingHere {
  readonly store: Store
  readonly queue: SweepQueue
  readonly sweep: SweepRow
  readonly settings: SweepSettings
  readonly files: ProgramFiles
  readonly machinery: Pick<Machinery, 'layout' | 'datasets'> & { readonly pool: Trainer }
  readonly telling: readonly string[]
  readonly host: Host
  readonly observer: RunObserver
  /** No further trial is taken; each that trains is handed back after its next checkpoint. */
  readonly draining: AbortSignal
  /** What trains is handed back now. */
  readonly signal: AbortSignal
}

/**
 * Trains trials of a sweep on this host until its queue is empty, and meanwhile looks after those that other hosts left
 * behind. Resolves to how many it took.
 */
export async function trainHere(training: TrainingHere): Promise<number> {
  const { store, queue, sweep, settings, files, machinery, telling, host, observer, draining, signal } = training
  const caretaker = new Caretaker(store, queue, sweep, settings, observer)
  const cancelled = new AbortController()
  const over = new AbortController()
  const looking = lookAfter(over.signal, async () => {
    await caretaker.look()
    if (await isCancelled(store.db, sweep.id).catch(() => false)) cancelled.abort()
  })
  try {
    return await usingArtifacts(store, async (artifacts) => {
      const { location: workFolder } = artifacts.host
      const ended = AbortSignal.any([signal, draining])
      await checkHost({ workFolder, program: settings.program, observer, signal: ended })
      return trainShared({
        ...{ store, sweep, settings, files, artifacts, observer, queue, telling },
        ...{ pool: machinery.pool, datasets: machinery.datasets },
        workers: machinery.layout.workers.length,
        limits: new Limits(store, sweep, machinery.datasets),
        isOver: () => draining.aborted || cancelled.signal.aborted || host.asideBecause() !== undefined,
        isDraining: () => draining.aborted,
        isCancelled: () => cancelled.signal.aborted,
        signal: AbortSignal.any([signal, cancelled.signal]),
      })
    })
  } finally {
    over.abort()
    await looking
  }
}

async function lookAfter(over: AbortSignal, look: () => Promise<void>): Promise<void> {
  const pause = () => delay(lookAfterMs, true, { signal: over }).catch(() => false)
  while (await pause()) await look()
}
