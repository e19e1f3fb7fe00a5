import { SwathError } from '../errors.ts'
import { chooseArtifacts, usingArtifacts } from '../artifacts/open-shared.ts'
import { createInProcessQueue } from '../queue/p-queue.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import type { SetupObserver } from '../setup/progress.ts'
import { storeDriverFor } from '../setup/setup.ts'
import type { ProgressRow, SweepRow } from '../store/schema.ts'
import { liveCoordinator } from '../store/coordinators.ts'
import { recordEvent } from '../store/events.ts'
import { namingNotes } from '../store/naming-notes.ts'
import { findSweep } from '../store/find-sweep.ts'
import { isPostgres } from '../store/location.ts'
import { refuseMissingStore, withStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { trialThatEnded } from '../store/early-failures.ts'
import { progressOf, sweepById } from '../store/sweeps.ts'
import { lossLimit } from '../store/lost-trials.ts'
import type { EndedState } from '../store/trials.ts'
import { storedSettings, type SweepSettings } from '../sweep/definition.ts'
import type { NamedPoint } from '../sweep/points.ts'
import type { SweepFile } from '../sweep/read.ts'
import { checkHost } from './check-host.ts'
import { bringUpToDate, describeChanges, planNamed } from './bring-up-to-date.ts'
import { planContinuation, queueContinuation, type Continuation } from './continuation.ts'
import { describeTrials, noneKeeps } from './describe.ts'
import type { RunObserver } from './events.ts'
import { runHeader } from './header.ts'
import { takeSweep } from './heartbeat.ts'
import { layOut, type Layout, type LayoutOptions } from './machine.ts'
import { Limits } from './limits.ts'
import { outlookOf } from './outlook.ts'
import { localProgram } from './local-program.ts'
import { asPlanned, findSweepOf, prepareSweep, storeSweep, type PreparedSweep } from './prepare.ts'
import { adoptProgram, programChangedMeanwhile, programNow, verifyProgram } from './program-identity.ts'
import { missingTrials } from './grow.ts'
import { setUp, withWorkers, type Machinery } from './machinery.ts'
import { Patience } from './patience.ts'
import { isPlannedLater, Planner } from './planner.ts'
import { runShared } from './run-shared.ts'
import { trainQueued } from './train.ts'
import { warmStartOf } from './warm-start.ts'

export interface RunContext {
  /** Where the results go, as after `--store`. */
  readonly store: string
  /** Where the artifacts of a store on a server go, if the user said so: `s3://bucket/prefix`. */
  readonly artifacts?: string | undefined
  readonly machine: LayoutOptions
  readonly setup: SetupObserver
  readonly observer: RunObserver
  /** Goes on with a program that is not the one that earlier trials ran. */
  readonly acceptsProgram?: boolean | undefined
  /** Ends the run; what was reported is kept and the rest goes back in the queue. */
  readonly signal: AbortSignal
}

export interface RunResult {
  readonly sweep: SweepRow
  readonly progress: ProgressRow
  /** Why no further trial begins, though some may be left. */
  readonly ended: string | undefined
  /** What ended the run, though the sweep may go on: its program was changed, or its first trials all failed the same way. */
  readonly problem?: SwathError | undefined
  /** False if there was nothing left to train. */
  readonly trained: boolean
  /** The process that runs the sweep, where this one has only added trials or changed settings. */
  readonly runner?: { readonly host: string; readonly pid: number; readonly trainsMore: boolean } | undefined
}

export interface RunOrder {
  readonly file: SweepFile
  /** A sweep of its own, whatever the store has. */
  readonly isNew: boolean
  /** The grid of the sweep that is there may become another: what it lacks is added. */
  readonly mayGrow: boolean
  /** To be trained before all others. */
  readonly named: readonly NamedPoint[]
}

/** Runs a sweep file: a new sweep, or the rest of the one that the store has under its name. */
export async function runSweep(context: RunContext, order: RunOrder): Promise<RunResult> {
  const prepared = prepareSweep(order.file)
  const layout = layOut(prepared.settings.coresPerTrial, workersFor(context))

  await setUp(context, prepared.settings)
  return usingStore(context.store, 'write', async (store, queue) => {
    if (context.artifacts !== undefined) await chooseArtifacts(store, context.artifacts)
    for (;;) {
      const found = order.isNew ? undefined : await findSweepOf(store, prepared, order)
      if (found !== undefined) {
        const known = await verified(context, store, found, prepared.settings)
        return continueFile(context, store, queue, known, asPlanned(prepared, known), layout, order)
      }
      const result = await startFile(context, store, queue, prepared, layout, order)
      if (result !== undefined) return result
      // Another process has created the sweep while this one described its trials.
    }
  })
}

/** Runs a sweep that is in the store, with what its file says now. */
async function continueFile(
  context: RunContext,
  store: Store,
  queue: SharedQueue | undefined,
  known: SweepRow,
  prepared: PreparedSweep,
  layout: Layout,
  order: RunOrder,
): Promise<RunResult> {
  const { sweep, added, changes } = await bringUpToDate({
    ...{ store, shared: queue, sweep: known, prepared, layout },
    ...{ named: order.named, mayGrow: order.mayGrow, observer: context.observer, signal: context.signal },
  })
  const holder = await liveCoordinator(store.db, sweep.id, store.now())
  if (changes.length > 0) context.observer.note(describeChanges(sweep.name, changes, holder))
  // Where hosts share the store this process joins them.
  const runner = queue === undefined && added + changes.length > 0 ? holder : undefined
  if (runner === undefined) {
    return continueSweep(context, store, queue, sweep, prepared.settings, layout, ['cancelled'])
  }
  const { host, pid } = runner
  const progress = await progressOf(store.db, sweep.id)
  return { sweep, progress, ended: undefined, trained: false, runner: { host, pid, trainsMore: added > 0 } }
}

/**
 * Creates and runs the sweep of a new file. The program itself checks the points, and counts what they cost. Resolves to
 * undefined if another process has created the sweep meanwhile.
 */
async function startFile(
  context: RunContext,
  store: Store,
  queue: SharedQueue | undefined,
  prepared: PreparedSweep,
  layout: Layout,
  { named, isNew }: RunOrder,
): Promise<RunResult | undefined> {
  const { file, settings } = prepared
  const along = await warmStartOf(store, prepared, context.observer)
  return withWorkers(layout, settings, async (machinery) => {
    const isLater = isPlannedLater(prepared.definition)
    // What is stored cannot be changed any more: a sweep without points yet has its program and its data set tried alone.
    if (isLater) await tryToBegin(machinery, settings)
    const all = isLater ? [] : missingTrials(prepared, named, [])
    const planned = all.map((trial, k) => ({ ...trial, number: k + 1 }))
    const trials = await describeTrials(machinery, file, settings.program, planned, context.signal)
    if (planned.length > 0 && trials.length === 0) throw noneKeeps(file, planned.length)
    const sweep = await storeSweep(store, prepared, trials, { shared: queue, along, isNew })
    if (sweep === undefined) return undefined
    for (const note of await namingNotes(store.db, sweep)) context.observer.note(note)
    const planning = { store, shared: queue, sweep, settings, named, observer: context.observer }
    await planNamed(planning, machinery)
    return train(context, store, queue, sweep, settings, machinery, undefined)
  })
}

/** @throws SwathError('program') or SwathError('dataset') if no trial could train here */
async function tryToBegin({ pool, datasets }: Machinery, { program }: SweepSettings): Promise<void> {
  await datasets.of({})
  await pool.describe(program, [])
}

/** Continues an interrupted sweep, the newest by default; trials that failed run once more. */
export async function resumeSweep(context: RunContext, name: string | undefined): Promise<RunResult> {
  refuseMissingStore(context.store)
  await storeDriverFor(context.store, context.setup)
  return usingStore(context.store, 'change', async (store, queue) => {
    const found = await findSweep(store, name)
    const settings = storedSettings(found)
    const sweep = await verified(context, store, found, settings)
    await setUp(context, settings)
    const layout = layOut(settings.coresPerTrial, workersFor(context))
    return continueSweep(context, store, queue, sweep, settings, layout, ['cancelled', 'failed'])
  })
}

/**
 * Trains one trial on that ended before its time, whatever a stopping rule says. On a machine's own store nothing else of
 * its sweep is trained; where hosts share one, what waits there is theirs as ever.
 */
export async function resumeTrial(context: RunContext, trialId: number, epochs?: number): Promise<RunResult> {
  refuseMissingStore(context.store)
  await storeDriverFor(context.store, context.setup)
  return usingStore(context.store, 'change', async (store, queue) => {
    const { sweep: found, ...continuation } = await planContinuation(store, trialId, epochs)
    const settings = storedSettings(found)
    const sweep = await verified(context, store, found, settings)
    await setUp(context, settings)
    return withWorkers(layOut(settings.coresPerTrial, workersFor(context)), settings, async (machinery) => {
      if (queue !== undefined) await queueContinuation(store, continuation, { queue, sweep })
      return train(context, store, queue, sweep, settings, machinery, [], continuation)
    })
  })
}

/** The sweep, once its program on this machine is the one that its trials run. */
async function verified(
  { acceptsProgram = false }: RunContext,
  store: Store,
  sweep: SweepRow,
  settings: SweepSettings,
): Promise<SweepRow> {
  const now = programNow(settings, { isShared: store.openQueue !== undefined })
  return verifyProgram(store, await adoptProgram(store, sweep, settings), now, acceptsProgram)
}

/** A store, and the queue that hosts share if it has one. */
function usingStore(
  location: string,
  access: 'change' | 'write',
  use: (store: Store, queue: SharedQueue | undefined) => Promise<RunResult>,
): Promise<RunResult> {
  return withStore(location, access, async (store) => {
    const queue = await store.openQueue?.()
    try {
      return await use(store, queue)
    } finally {
      await queue?.close()
    }
  })
}

/** Where hosts share a store one may have no workers, and only watch: a thread is still there to check points. */
function workersFor({ store, machine }: RunContext): LayoutOptions {
  return isPostgres(store) && machine.workers === 0 ? { ...machine, workers: 1 } : machine
}

/** Trains what is left, and starts nothing at all where nothing is. */
async function continueSweep(
  context: RunContext,
  store: Store,
  queue: SharedQueue | undefined,
  sweep: SweepRow,
  settings: SweepSettings,
  layout: Layout,
  again: readonly EndedState[],
): Promise<RunResult> {
  const progress = await progressOf(store.db, sweep.id)
  const toCome = isPlannedLater(sweep) ? Math.max(settings.cap - progress.trials, 0) : 0
  const left = progress.queued + progress.running + toCome + again.reduce((sum, state) => sum + progress[state], 0)
  if (left === 0) return { sweep, progress, ended: undefined, trained: false }
  return withWorkers(layout, settings, (machinery) => train(context, store, queue, sweep, settings, machinery, again))
}

async function train(
  { observer, signal, machine }: RunContext,
  store: Store,
  queue: SharedQueue | undefined,
  sweep: SweepRow,
  settings: SweepSettings,
  machinery: Machinery,
  again: readonly EndedState[] | undefined,
  continuation?: Continuation,
): Promise<RunResult> {
  const { layout, pool, datasets } = machinery
  if (queue !== undefined) {
    const trains = machine.workers !== 0
    const run = { store, queue, sweep, settings, again, machinery, trains, observer, signal }
    const { progress, problem } = await runShared(run)
    return resultOf(store, sweep, progress, problem)
  }

  // Take the sweep, and take back what a process that is gone has left running.
  const end = new AbortController()
  const onEnd = () => {
    end.abort()
  }
  const tenure = await takeSweep(store, sweep, { again, lossLimit: lossLimit(settings), onEnd })
  try {
    if (continuation !== undefined) await queueContinuation(store, continuation)

    // With the budget that it has now it may be over.
    const limits = new Limits(store, sweep, datasets)
    if (continuation === undefined && (await limits.reached()) !== undefined) {
      return { ...(await resultOf(store, sweep, await progressOf(store.db, sweep.id))), trained: false }
    }

    // Say what is about to happen.
    const outlook = await outlookOf(store, sweep, datasets)
    const { coresPerTrial } = layout
    observer.started(
      await runHeader({ store, sweep, settings, outlook }, { workers: layout.workers.length, coresPerTrial }),
    )

    // Train.
    const now = () => store.now().toISOString()
    const { files } = await localProgram(store, sweep, settings)
    await recordEvent(store.db, sweep.id, 'run started', now(), `${layout.workers.length} workers`)
    await usingArtifacts(store, async (artifacts) => {
      await checkHost({ workFolder: artifacts.host.location, program: settings.program, observer, signal })
      await trainQueued({
        ...{ store, sweep, settings, files, datasets, artifacts, pool, observer, telling: outlook.telling },
        createQueue: createInProcessQueue,
        workers: layout.workers.length,
        parameters: outlook.parameters,
        planner:
          isPlannedLater(sweep) && continuation === undefined
            ? new Planner({ store, sweep, settings, datasets, pool })
            : undefined,
        only: continuation?.trialId,
        limits,
        signal: AbortSignal.any([signal, end.signal, store.lost]),
        isCancelled: () => tenure.isCancelled(),
      })
    })
    store.lost.throwIfAborted()
    tenure.refuseIfLost()
    const problem = files.hasChanged ? await programChangedMeanwhile(store, sweep, settings) : undefined
    const patience = new Patience(store, observer, signal)
    if (problem !== undefined) await patience.read(() => limits.end('its program was changed while it ran'))
    // A budget of trials may have kept others from being planned.
    if (!signal.aborted && continuation === undefined) await patience.read(() => limits.reached({ isLast: true }))
    const detail = signal.aborted ? 'interrupted' : null
    await patience.read(() => recordEvent(store.db, sweep.id, 'run ended', now(), detail))
    return await resultOf(store, sweep, await progressOf(store.db, sweep.id), problem)
  } finally {
    observer.finished()
    await tenure.release()
  }
}

async function resultOf(
  store: Store,
  known: SweepRow,
  progress: ProgressRow,
  problem?: SwathError,
): Promise<RunResult> {
  const sweep = (await sweepById(store.db, known.id)) ?? known
  const ended = sweep.ended_because ?? undefined
  return { sweep, progress, ended, trained: true, problem: problem ?? (await earlyFailure(store, sweep)) }
}

/** What a user is told of a sweep that its first trials have ended by failing. */
async function earlyFailure(store: Store, sweep: SweepRow): Promise<SwathError | undefined> {
  const trialId = await trialThatEnded(store.db, sweep)
  if (trialId === undefined) return undefined
  return new SwathError('program', `${sweep.name} has ended: ${sweep.ended_because ?? ''}`, {
    hint:
      `\`swath show ${trialId}\` prints where it happened. Correct it, then go on with \`swath resume ${sweep.name}\`` +
      ` (--accept-program if you edited the program); stop_after_failures: 0 lets all trials run`,
  })
}
