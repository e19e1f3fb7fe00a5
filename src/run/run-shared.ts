import { setTimeout as delay } from 'node:timers/promises'

import type { SwathError } from '../errors.ts'
import type { SharedQueue, SweepQueue } from '../queue/shared-queue.ts'
import { cached } from '../setup/cache.ts'
import { reconcileQueue } from '../store/reconcile-queue.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { openSweep } from '../store/sweeps.ts'
import type { EndedState } from '../store/trials.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import { checkHost } from './check-host.ts'
import type { RunObserver } from './events.ts'
import { runHeader } from './header.ts'
import { announceHost, capabilitiesOf } from './host.ts'
import { handInLeftBehind } from './left-behind.ts'
import { localProgram } from './local-program.ts'
import { programChangedMeanwhile } from './program-identity.ts'
import { Limits } from './limits.ts'
import { startWorkers, type Machinery } from './machinery.ts'
import { outlookOf } from './outlook.ts'
import { PlanAhead } from './plan-ahead.ts'
import { isPlannedLater } from './planner.ts'
import { trainHere } from './train-here.ts'
import { watchSweep } from './watch.ts'

const idleMs = 1_000

interface SharedRun {
  readonly store: Store
  readonly queue: SharedQueue
  readonly sweep: SweepRow
  readonly settings: SweepSettings
  /** States of trials to train again; undefined for a sweep that was created just now, which is open already. */
  readonly again: readonly EndedState[] | undefined
  readonly machinery: Machinery
  /** False for who only watches. */
  readonly trains: boolean
  readonly observer: RunObserver
  readonly signal: AbortSignal
}

/**
 * Has hosts train a sweep, this one among them, and watches until it has ended, or until this one may train no further
 * trial because its copy of the program was changed.
 */
export async function runShared(run: SharedRun): Promise<{ progress: ProgressRow; problem: SwathError | undefined }> {
  const { store, sweep, settings, machinery, observer, signal, again } = run
  const { tags } = settings
  // Whoever runs a sweep has no tags: it is for those that do.
  const trains = run.trains && tags.length === 0
  const { layout, datasets } = machinery
  const queue = await run.queue.of(sweep.id)
  const queuedAgain = again === undefined ? 0 : await openSweep(store.db, sweep.id, again)
  if (queuedAgain > 0) await reconcileQueue(store.db, queue, sweep.id)

  const outlook = await outlookOf(store, sweep, datasets)
  const { coresPerTrial } = layout
  const workers = trains ? layout.workers.length : 0
  observer.started(await runHeader({ store, sweep, settings, outlook }, { workers, coresPerTrial }))
  if (tags.length > 0) {
    const names = `tag${tags.length > 1 ? 's' : ''} ${tags.join(', ')}`
    observer.note(`${sweep.name} wants hosts with the ${names}: start \`swath worker --tags ${tags.join(',')}\``)
  }
  const over = new AbortController()
  // The threads that train are busy with it.
  const thread = isPlannedLater(sweep) ? startWorkers([[]], settings) : undefined
  const planning = thread && new PlanAhead({ store, sweep, settings, datasets, queue, pool: thread })
  const limits = new Limits(store, sweep, datasets)
  const changed = new AbortController()
  const training = trains ? trainUntil(run, queue, outlook.telling, over.signal) : Promise.resolve(undefined)
  const watch = { store, queue, sweep, settings, outlook, planning, limits, observer }
  try {
    const [progress, problem] = await Promise.all([
      watchSweep({ ...watch, signal: AbortSignal.any([signal, changed.signal]) }).finally(() => {
        over.abort()
      }),
      training.then((found) => {
        if (found !== undefined) changed.abort()
        return found
      }),
    ])
    return { progress, problem }
  } finally {
    observer.finished()
    await thread?.close()
  }
}

/** This process as a host among the others, for as long as the sweep is watched. Returns why it can train no more. */
async function trainUntil(
  { store, queue: sharedQueue, sweep, settings: planned, machinery, observer, signal }: SharedRun,
  queue: SweepQueue,
  telling: readonly string[],
  over: AbortSignal,
): Promise<SwathError | undefined> {
  const { program, files } = await localProgram(store, sweep, planned)
  const settings = { ...planned, program }
  await checkHost({ workFolder: cached('artifacts'), observer, signal })
  const host = await announceHost(store, capabilitiesOf(machinery.layout.workers.length, []))
  try {
    await handInLeftBehind({ store, queue: sharedQueue, observer, signal })
    while (!over.aborted && !signal.aborted) {
      const here = { store, queue, sweep, settings, files, machinery, telling, host, observer, draining: over, signal }
      if ((await trainHere(here)) === 0) await delay(idleMs, undefined, { signal: over }).catch(() => undefined)
      if (files.hasChanged) return await programChangedMeanwhile(store, sweep, settings)
    }
    return undefined
  } finally {
    await host.leave().catch(() => undefined)
  }
}
