import { setTimeout as delay } from 'node:timers/promises'

import type { CreateQueue } from '../queue/queue.ts'
import { spoolsOf } from '../store/spool.ts'
import { defineSweepView, ReportedMetrics } from '../store/sweep-view.ts'
import { lossesOfASuspect, queuedTrials, trialById } from '../store/trials.ts'
import { stoppingRuleOf } from '../sweep/stored.ts'
import { watchedMetrics } from '../sweep/watched-metrics.ts'
import { Aggregator, writeOrWait } from './aggregator.ts'
import { MissingObjectives } from './missing-objectives.ts'
import { recentMs } from './loading.ts'
import { Patience } from './patience.ts'
import type { Limits } from './limits.ts'
import type { Planner } from './planner.ts'
import { Removal } from './removal.ts'
import { ReportNotices } from './report-notices.ts'
import { spoolAtExit } from './spool-at-exit.ts'
import { Tracebacks } from './tracebacks.ts'
import type { Carry } from './trial-checkpoints.ts'
import { trainTrial } from './train-trial.ts'
import type { MetricsOfReport, TrialTraining } from './trial-training.ts'

export type Training = Omit<
  TrialTraining,
  'rule' | 'aggregator' | 'removal' | 'carry' | 'patience' | 'recordMetrics' | 'notices' | 'tracebacks' | 'watched'
> & {
  readonly createQueue: CreateQueue
  readonly workers: number
  /** The one trial that is to be trained, if not all that wait are. */
  readonly only?: number | undefined
  /** All parameters of the sweep. */
  readonly parameters: readonly string[]
  /** Of a sweep whose points are not all known at first. */
  readonly planner?: Planner | undefined
  readonly limits: Limits
}

/**
 * Trains every queued trial of a sweep; resolves when none is left or the run was ended. A trial that failed is tried
 * again after a while; one that processes were lost over comes after all others, and alone.
 */
export async function trainQueued(training: Training): Promise<void> {
  const { store, sweep, observer, workers, createQueue, limits, planner } = training
  // A store that cannot be written ends the run: what trains then could not be kept.
  const broken = new AbortController()
  const signal = AbortSignal.any([training.signal, broken.signal])
  signal.addEventListener(
    'abort',
    () => {
      training.pool.cancel()
    },
    { once: true },
  )
  const patience = new Patience(store, observer, signal)
  // What is reported is written or spooled, also if the run is to end.
  const writing = new Patience(store, observer, broken.signal)
  const carrying = new Patience(training.artifacts, observer, signal)
  const carry: Carry = (work) => carrying.read(work)
  const removal = new Removal(training.artifacts)
  const rule = stoppingRuleOf(sweep)
  const judging = rule && { sweepId: sweep.id, rule }
  const aggregator = new Aggregator(writeOrWait(store.db, writing, removal, judging))
  const stopSpooling = spoolAtExit(aggregator, await spoolsOf(store, sweep))
  const notices = new ReportNotices(store, sweep, aggregator, observer)
  const tracebacks = new Tracebacks(observer)
  const watched = watchedMetrics(sweep, training.settings)
  const { recordMetrics, trialEnded } = await sweepViewKeeper(training, patience)

  const { only } = training
  const waiting = (await queuedTrials(store.db, sweep.id)).filter(({ id }) => only === undefined || id === only)
  const suspects = waiting.filter(({ losses }) => losses >= lossesOfASuspect)
  const known = new Set(waiting.map(({ id }) => id))
  /** True once no further trial is to begin. No limit keeps the one trial that a user has trained on. */
  const isOver = async () =>
    training.files.look({ withinMs: recentMs }) ||
    (only === undefined && (await patience.read(() => limits.reached())) !== undefined)
  try {
    await trainAll(
      waiting.filter((trial) => !suspects.includes(trial)),
      workers,
      only === undefined ? more : undefined,
    )
    await trainAll(suspects, 1)
    await removal.settled()
    await notices.settled()
    tracebacks.settled()
  } finally {
    stopSpooling()
  }

  /** What others have put in the queue meanwhile, or a point that is planned now: the later, the more is known. */
  async function more(): Promise<number[]> {
    if (signal.aborted || (await isOver())) return []
    const all = await patience.read(() => queuedTrials(store.db, sweep.id))
    const added = all.map(({ id }) => id).filter((id) => !known.has(id))
    const ids = added.length > 0 ? added : await patience.read(async () => (await planner?.plan(1)) ?? [])
    for (const id of ids) known.add(id)
    return ids
  }

  async function trainAll(
    trials: readonly { readonly id: number }[],
    concurrency: number,
    more?: () => Promise<number[]>,
  ): Promise<void> {
    let failure: { readonly error: unknown } | undefined
    const fail = (error: unknown) => {
      failure ??= { error }
      broken.abort()
    }
    // Ends that are being written, and trials that wait to be tried again.
    const underWay = new Set<Promise<void>>()
    const queue = createQueue({
      concurrency,
      more,
      work: async (trialId) => {
        const trial = await patience.read(() => trialById(store.db, trialId))
        if (trial?.state !== 'queued' || signal.aborted) return
        if (await isOver()) {
          queue.clear()
          return
        }
        try {
          const { written } = await trainTrial(
            {
              ...training,
              signal,
              rule,
              aggregator,
              removal,
              carry,
              patience,
              recordMetrics,
              notices,
              tracebacks,
              watched,
            },
            trial,
          )
          const settled: Promise<void> = written
            .then((seconds) => {
              trialEnded(trialId)
              return seconds === undefined ? undefined : tryAgain(trialId, seconds)
            })
            .catch(fail)
            .finally(() => underWay.delete(settled))
          underWay.add(settled)
          // The next point is chosen with what came of this one.
          if (planner !== undefined) await settled
        } catch (error) {
          fail(error)
        }
      },
    })
    const tryAgain = async (trialId: number, seconds: number) => {
      if (await isOver()) return
      await delay(1000 * seconds, undefined, { signal }).catch(() => undefined)
      if (!signal.aborted) queue.add([trialId])
    }
    signal.addEventListener(
      'abort',
      () => {
        queue.clear()
      },
      { once: true },
    )
    queue.add(trials.map(({ id }) => id))
    do {
      await queue.whenIdle()
      await Promise.all(underWay)
      await queue.whenIdle()
    } while (underWay.size > 0)
    if (failure !== undefined) throw failure.error
  }
}

/** Keeps the sweep's own view up to date: a metric that no trial has reported before becomes a column. */
async function sweepViewKeeper({ store, sweep, settings, observer, parameters }: Training, patience: Patience) {
  const reported = await ReportedMetrics.of(store.db, sweep)
  const missing = new MissingObjectives(settings, observer, reported.names)
  const recordMetrics = async (trialId: number, { report, isContinued }: MetricsOfReport): Promise<void> => {
    missing.reported(trialId, isContinued, reported.names)
    if (!reported.add(Object.keys(report).filter((name) => name !== 'epoch'))) return
    await patience.write(() => defineSweepView(store.db, sweep, parameters, [...reported.names].sort()))
  }
  const trialEnded = (trialId: number): void => {
    missing.ended(trialId, reported.names)
  }
  return { recordMetrics, trialEnded }
}
