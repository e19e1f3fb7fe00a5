import { hostname } from 'node:os'

import { programParameters, type TrialDatasets } from '../datasets/of-trial.ts'
import type { Parameters, Report } from '../programs/program.ts'
import type { CreateQueue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import type { SweepRow, TrialRow } from '../store/schema.ts'
import { defineSweepView, metricNamesOf } from '../store/sweep-view.ts'
import { queuedTrials, trialById } from '../store/trials.ts'
import type { ProgramReference, TrialFailure, TrialMessage, TrialOutcome } from '../workers/protocol.ts'
import type { WorkerPool } from '../workers/pool.ts'
import { Aggregator } from './aggregator.ts'
import type { RunObserver } from './events.ts'

export interface Training {
  readonly store: Store
  readonly sweep: SweepRow
  readonly program: ProgramReference
  readonly datasets: TrialDatasets
  /** Where the trials' checkpoints go. */
  readonly artifacts: string
  readonly pool: WorkerPool
  readonly createQueue: CreateQueue
  readonly workers: number
  readonly observer: RunObserver
  /** Ends the run: what trains is cancelled and handed back to the queue. */
  readonly signal: AbortSignal
  /** True if the trials that train at the end of the run are to be cancelled for good. */
  readonly isCancelled: () => boolean
}

/**
 * Trains every queued trial of a sweep; resolves when none is left or the run was ended.
 * @param parameters of the sweep, all of them
 * @param varying those that tell its trials apart
 */
export async function trainQueued(
  training: Training,
  parameters: readonly string[],
  varying: readonly string[],
): Promise<void> {
  const { store, sweep, workers } = training
  // A store that cannot be written ends the run: what trains then could not be kept.
  const broken = new AbortController()
  const signal = AbortSignal.any([training.signal, broken.signal])
  const aggregator = new Aggregator(store.db)
  const recordMetrics = await sweepViewKeeper(store, sweep, parameters)
  const queue = training.createQueue({
    concurrency: workers,
    work: async (trialId) => {
      const trial = await trialById(store.db, trialId)
      if (trial?.state !== 'queued' || signal.aborted) return
      try {
        await trainOne({ ...training, signal }, aggregator, recordMetrics, trial, varying)
      } catch (error) {
        broken.abort()
        throw error
      }
    },
  })
  signal.addEventListener(
    'abort',
    () => {
      queue.clear()
    },
    { once: true },
  )
  queue.add((await queuedTrials(store.db, sweep.id)).map((trial) => trial.id))
  await queue.whenIdle()
}

async function trainOne(
  { sweep, program, datasets, artifacts, pool, observer, signal, isCancelled }: Training,
  aggregator: Aggregator,
  recordMetrics: (report: Report) => Promise<void>,
  trial: TrialRow,
  varying: readonly string[],
): Promise<void> {
  const attempt = trial.attempt + 1
  const params = JSON.parse(trial.params) as Parameters
  const now = () => new Date().toISOString()

  const dataset = await datasets.of(params)
  const outcome = await pool.train(
    {
      ...{ program, trialId: trial.id, attempt, params: programParameters(params), seed: trial.seed, dataset },
      checkpoint: { location: artifacts, name: `trial-${trial.id}/attempt-${attempt}.safetensors` },
    },
    {
      signal,
      onStart: async (worker) => {
        await aggregator.write({
          ...{ type: 'start', trialId: trial.id, attempt, worker },
          ...{ host: hostname(), pid: process.pid, at: now() },
        })
        observer.trialStarted({ id: trial.id, worker, label: pick(params, varying) })
      },
      onMessage: (message) => receive(message),
    },
  )
  await aggregator.write({ type: 'end', trialId: trial.id, attempt, at: now(), ...ending(outcome, isCancelled()) })
  observer.trialFinished(trial.id, outcome)

  async function receive(message: TrialMessage): Promise<'continue' | undefined> {
    switch (message.type) {
      case 'report':
        await aggregator.write({ type: 'report', trialId: trial.id, report: message.report })
        await recordMetrics(message.report)
        observer.trialReported(trial.id, message.report)
        return 'continue'
      case 'progress':
        observer.trialProgress(trial.id, message.progress)
        return undefined
      case 'log':
        observer.note(`trial ${trial.id}: ${message.text.trimEnd()}`)
        return undefined
      case 'late': {
        const { trialId, message: detail } = message
        observer.note(`trial ${trialId} ${detail}`)
        await aggregator.write({
          ...{ type: 'event', sweepId: sweep.id, trialId, kind: 'warning', detail, at: now() },
        })
        return undefined
      }
    }
  }
}

/** Keeps the sweep's own view up to date: a metric that nobody reported before becomes a column. */
async function sweepViewKeeper(
  store: Store,
  sweep: SweepRow,
  parameters: readonly string[],
): Promise<(report: Report) => Promise<void>> {
  const known = new Set(await metricNamesOf(store.db, sweep.id))
  return async ({ epoch, ...metrics }) => {
    const before = known.size
    for (const name of Object.keys(metrics)) known.add(name)
    if (known.size > before) await defineSweepView(store.db, sweep, parameters, [...known].sort())
  }
}

function ending(outcome: TrialOutcome, isCancelled: boolean) {
  switch (outcome.status) {
    case 'completed':
      return {
        state: 'completed',
        weightsSha256: outcome.weightsSha256,
        checkpoint: outcome.checkpoint ?? undefined,
      } as const
    case 'stopped':
      return { state: 'stopped', checkpoint: outcome.checkpoint ?? undefined } as const
    case 'cancelled':
      return { state: isCancelled ? 'cancelled' : 'queued' } as const
    case 'failed':
      return { state: 'failed', ...errorOf(outcome.failure) } as const
  }
}

function errorOf({ kind: _, message, ...details }: TrialFailure) {
  return { error: message, ...details }
}

function pick(params: Parameters, names: readonly string[]): Parameters {
  return Object.fromEntries(names.flatMap((name) => (name in params ? [[name, params[name] ?? null]] : [])))
}
