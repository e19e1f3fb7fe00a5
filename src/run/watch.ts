import { setTimeout as delay } from 'node:timers/promises'

import type { Report } from '../programs/program.ts'
import type { SweepQueue } from '../queue/shared-queue.ts'
import { acquireSweep, leaseMs, releaseSweep, renewSweep, thisProcess } from '../store/coordinators.ts'
import { reconcileQueue } from '../store/reconcile-queue.ts'
import { endedSince, lastReports, lookFrom, mostWatched, runningTrials, type WatchedTrial } from '../store/watched.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { rebuildStaleViews } from '../store/derived.ts'
import { defineSweepView, ReportedMetrics } from '../store/sweep-view.ts'
import { progressOf } from '../store/sweeps.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { TrialOutcome } from '../workers/protocol.ts'
import { Caretaker } from './caretaker.ts'
import type { RunObserver } from './events.ts'
import { MissingObjectives } from './missing-objectives.ts'
import type { Outlook } from './outlook.ts'
import { Patience } from './patience.ts'
import type { Limits } from './limits.ts'
import type { PlanAhead } from './plan-ahead.ts'
import { readableParameters } from '../store/trial-parameters.ts'
import { startedTrial } from './started-trial.ts'

const lookMs = 500

/** Watching takes a tenth of the time at most; who acts has to say in time that he is there. */
function pauseAfter(ms: number): number {
  return Math.max(lookMs, Math.min(9 * ms, leaseMs / 3))
}

export interface Watch {
  readonly store: Store
  readonly queue: SweepQueue
  readonly sweep: SweepRow
  readonly settings: SweepSettings
  readonly outlook: Outlook
  /** Of a sweep whose points are not all known at first. */
  readonly planning?: PlanAhead | undefined
  readonly limits: Limits
  readonly observer: RunObserver
  /** Ends the watching; the sweep goes on. */
  readonly signal: AbortSignal
}

/**
 * Tells an observer what hosts make of a sweep, from the rows alone, until it has ended. Of all that watch one acts: it
 * adds to the queue what should be there, looks after hosts and keeps the sweep's view. When it is gone another does.
 */
export async function watchSweep(watch: Watch): Promise<ProgressRow> {
  const { store, queue, sweep, settings, outlook, planning, limits, observer, signal } = watch
  const self = thisProcess()
  const patience = new Patience(store, observer, signal)
  const caretaker = new Caretaker(store, queue, sweep, settings, observer)
  const reported = await patience.read(() => ReportedMetrics.of(store.db, sweep))
  const seen = new Onlooker(watch)
  const missing = new MissingObjectives(settings, observer, reported.names)
  const role = { acts: false, hasStaleView: false }
  /** Without it nobody knows whether there is more to come. */
  let isPlanned = planning === undefined
  const take = async () => {
    if ((await acquireSweep(store.db, sweep.id, self, store.now())) !== undefined) return
    role.acts = true
    // The process that acted before may have ended between a report and the view with its metrics.
    role.hasStaleView = await isLeftStale(store, () => rebuildStaleViews(store.db))
    await reconcileQueue(store.db, queue, sweep.id)
  }
  const act = async (isLast: boolean) => {
    // One that was silent for a lease may have a successor: then that one acts.
    role.acts &&= await renewSweep(store.db, sweep.id, self, store.now())
    if (!role.acts) await take()
    if (!role.acts) return
    await caretaker.look({ isLast })
    if (planning !== undefined && (await limits.reached()) === undefined) isPlanned = await planning.look()
    if (reported.add(seen.metrics) || role.hasStaleView) {
      const names = [...reported.names].sort()
      role.hasStaleView = await isLeftStale(store, () => defineSweepView(store.db, sweep, outlook.parameters, names))
    }
  }
  const look = async ({ isLast = false } = {}) => {
    await patience.read(() => act(isLast))
    await patience.read(() => seen.look())
    if (seen.hasFirstEpoch) missing.look(seen.metrics)
    const progress = await patience.read(() => progressOf(store.db, sweep.id))
    const isOver = (await patience.read(() => limits.reached({ isLast }))) !== undefined
    const isDone = isOver || (isPlanned && progress.queued === 0)
    return { progress, hasEnded: isDone && progress.running === 0 }
  }
  try {
    for (;;) {
      const began = performance.now()
      const { progress, hasEnded } = await look()
      if (signal.aborted) return progress
      // The last trial may have failed on a host that is set aside, and wait again.
      const last = hasEnded ? await look({ isLast: true }) : undefined
      if (last?.hasEnded === true) return last.progress
      await delay(pauseAfter(performance.now() - began), undefined, { signal }).catch(() => undefined)
    }
  } finally {
    if (role.acts) await releaseSweep(store.db, sweep.id, self)
  }
}

/** True where a long question reads the views that are to be replaced: they are when it is answered. */
async function isLeftStale(store: Store, define: () => Promise<unknown>): Promise<boolean> {
  try {
    await define()
    return false
  } catch (error) {
    if (store.setback?.(error) === undefined) throw error
    return true
  }
}

/** Makes of rows, looked at again and again, what an observer would have been told at once. */
class Onlooker {
  readonly #watch: Watch
  /** The last epoch that each trial under way has reported. */
  readonly #running = new Map<number, number>()
  /** Of all reports seen. */
  readonly metrics = new Set<string>()
  #until: string
  readonly #ended = new Set<number>()

  constructor(watch: Watch) {
    this.#watch = watch
    this.#until = watch.store.now().toISOString()
  }

  /** True once a trial has begun another epoch, or has ended. */
  get hasFirstEpoch(): boolean {
    return this.#ended.size > 0 || [...this.#running.values()].some((epoch) => epoch > 1)
  }

  async look(): Promise<void> {
    const { store, sweep, observer } = this.#watch
    const all = await runningTrials(store.db, sweep.id)
    const now = store.now()
    this.#until = lookFrom(this.#until, now)
    const ended = (await endedSince(store.db, sweep.id, { since: this.#until, now })).filter(
      ({ id, finished_at }) => finished_at > this.#until || !this.#ended.has(id),
    )
    const reports = await lastReports(
      store.db,
      [...all, ...ended].map(({ id }) => id),
    )
    for (const report of reports.values()) {
      for (const name of Object.keys(report)) if (name !== 'epoch') this.metrics.add(name)
    }

    const running = all.filter((trial) => !isOwn(trial))
    for (const trial of running) this.#begin(trial)
    for (const [id, report] of reports) this.#report(id, report)
    for (const trial of ended) {
      if (trial.finished_at > this.#until) this.#ended.clear()
      this.#until = trial.finished_at
      this.#ended.add(trial.id)
      if (isOwn(trial)) continue
      this.#begin(trial)
      this.#running.delete(trial.id)
      observer.trialFinished(trial.id, outcomeOf(trial))
    }
    // Of more than can be looked at nobody knows which are still under way.
    if (all.length >= mostWatched) return
    const still = new Set(running.map(({ id }) => id))
    for (const id of this.#running.keys()) {
      if (still.has(id)) continue
      this.#running.delete(id)
      observer.trialPostponed(id, { kind: 'crashed', message: 'its host handed it back, or is gone' })
    }
  }

  #begin(trial: WatchedTrial): void {
    const { id, worker } = trial
    if (this.#running.has(id)) return
    this.#running.set(id, 0)
    const params = readableParameters(trial)
    const { observer, settings, outlook } = this.#watch
    observer.trialStarted(startedTrial({ id, worker: worker ?? 0, params }, settings, outlook.telling))
  }

  #report(id: number, report: Report): void {
    if (report.epoch <= (this.#running.get(id) ?? Infinity)) return
    this.#running.set(id, report.epoch)
    this.#watch.observer.trialReported(id, report)
  }
}

/** The observer is told at once what happens to this process's own trials. */
function isOwn({ process_start }: WatchedTrial): boolean {
  return process_start === thisProcess().process_start
}

function outcomeOf({ state, error, stop_reason, weights_sha256 }: WatchedTrial): TrialOutcome {
  switch (state) {
    case 'completed':
      return { status: 'completed', weightsSha256: weights_sha256, checkpoint: null }
    case 'stopped':
      return { status: 'stopped', checkpoint: null, reason: stop_reason ?? undefined }
    case 'failed':
      return { status: 'failed', failure: { kind: 'threw', message: error ?? '' } }
    default:
      return { status: 'cancelled' }
  }
}
