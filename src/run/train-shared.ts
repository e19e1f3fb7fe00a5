import { setTimeout as delay } from 'node:timers/promises'

import type { SharedArtifacts } from '../artifacts/shared.ts'
import type { SweepQueue, TakenTrial } from '../queue/shared-queue.ts'
import { trialsById } from '../store/trials.ts'
import { stoppingRuleOf } from '../sweep/stored.ts'
import { watchedMetrics } from '../sweep/watched-metrics.ts'
import { Aggregator } from './aggregator.ts'
import { Journal } from '../store/journal.ts'
import { Outbox } from './outbox.ts'
import { recentMs } from './loading.ts'
import { keptNotice, Patience } from './patience.ts'
import { Removal } from './removal.ts'
import { ReportNotices } from './report-notices.ts'
import { spoolAtExit } from './spool-at-exit.ts'
import { Tracebacks } from './tracebacks.ts'
import type { Carry } from './trial-checkpoints.ts'
import { trainTrial } from './train-trial.ts'
import type { TrialTraining } from './trial-training.ts'

export type SharedTraining = Omit<
  TrialTraining,
  'rule' | 'aggregator' | 'removal' | 'carry' | 'patience' | 'recordMetrics' | 'notices' | 'tracebacks' | 'watched'
> & {
  readonly queue: SweepQueue
  readonly workers: number
  /** True once no further trial is to be taken. */
  readonly isOver: () => boolean
}

/** How long a host that has a free worker and found nothing waits before it looks again. */
const pollMs = 500

/**
 * Trains trials of one sweep that hosts share, as long as its queue has some. Resolves to how many were taken, once
 * nothing waits and nothing runs here; what failed and is to be tried again is in the queue, and anybody's.
 */
export async function trainShared(training: SharedTraining): Promise<number> {
  const { store, sweep, queue, observer, pool, signal, workers } = training
  const artifacts = publishedUntil(signal, training.artifacts)
  const end = () => {
    pool.cancel()
  }
  signal.addEventListener('abort', end, { once: true })
  const patience = new Patience(store, observer, signal, keptNotice)
  const carrying = new Patience(artifacts, observer, signal, keptNotice)
  const carry: Carry = (work) => carrying.read(work)
  const removal = new Removal(artifacts)
  const owner = { store: store.location, sweepId: sweep.id, plannedAt: sweep.created_at }
  const journal = Journal.create(artifacts.host.location, owner)
  const shared = { sweepId: sweep.id, queue }
  const rule = stoppingRuleOf(sweep)
  const judging = rule && { sweepId: sweep.id, rule }
  const outbox = new Outbox({ store, shared, judging, artifacts, patience, carrying, removal, journal, signal })
  const aggregator = new Aggregator(outbox.write)
  const stopSpooling = spoolAtExit(aggregator, [journal])
  const notices = new ReportNotices(store, sweep, aggregator, observer)
  const tracebacks = new Tracebacks(observer)
  const watched = watchedMetrics(sweep, training.settings)
  const recordMetrics = () => Promise.resolve()

  let failure: { readonly error: unknown } | undefined
  let wake: () => void = () => undefined
  const here = { busy: 0 }
  let taken = 0
  const written = new Set<Promise<unknown>>()
  const train = async (trial: Awaited<ReturnType<typeof trialsById>>[number], job: string) => {
    here.busy++
    try {
      const trained = await trainTrial(
        {
          ...training,
          artifacts,
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
        job,
      )
      const settled: Promise<unknown> = trained.written
        .catch((error: unknown) => (failure ??= { error }))
        .finally(() => written.delete(settled))
      written.add(settled)
    } catch (error) {
      failure ??= { error }
    } finally {
      here.busy--
      wake()
    }
  }

  const take = (most: number, alone: boolean) => patience.read(() => queue.take(most, { alone }))
  const hasEnded = async () =>
    training.files.look({ withinMs: recentMs }) ||
    (await patience.read(async () => training.limits?.reached())) !== undefined ||
    training.limits?.isSuperseded === true
  while (failure === undefined && !signal.aborted && !training.isOver() && !(await hasEnded())) {
    const room = workers - here.busy
    const jobs = room > 0 ? await take(room, false) : []
    // What processes were lost over is taken when nothing else is there, and by itself.
    const suspects = jobs.length === 0 && here.busy === 0 ? await take(1, true) : []
    if (jobs.length + suspects.length + here.busy === 0) break
    taken += jobs.length + suspects.length
    const freed = new Promise<void>((resolve) => (wake = resolve))
    for (const { trial, job } of await waiting(training, patience, [...jobs, ...suspects])) void train(trial, job)
    if (here.busy === 0) continue
    const isFull = suspects.length > 0 || here.busy >= workers
    if (isFull) await freed
    else if (jobs.length === 0) await Promise.race([freed, delay(pollMs)])
  }
  while (here.busy > 0) await new Promise<void>((resolve) => (wake = resolve))
  await Promise.all(written)
  await removal.settled()
  await notices.settled()
  tracebacks.settled()
  signal.removeEventListener('abort', end)
  stopSpooling()
  if (failure !== undefined) throw failure.error
  return taken
}

/** Artifacts that wait for their place no longer once a signal is aborted: their files stay on this host until it is back. */
function publishedUntil(signal: AbortSignal, artifacts: SharedArtifacts): SharedArtifacts {
  const ended = new Error('the run ends')
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(ended)
      },
      { once: true },
    )
  })
  aborted.catch(() => undefined)
  return {
    ...artifacts,
    publish: (artifact) => Promise.race([artifacts.publish(artifact), aborted]),
    obstacle: (error) => (error === ended ? ended.message : artifacts.obstacle(error)),
  }
}

/** The trials that were taken, without those that wait no longer: their jobs are done. */
async function waiting({ store, queue }: SharedTraining, patience: Patience, jobs: readonly TakenTrial[]) {
  if (jobs.length === 0) return []
  const rows = await patience.read(() =>
    trialsById(
      store.db,
      jobs.map(({ trialId }) => trialId),
    ),
  )
  const byId = new Map(rows.map((trial) => [trial.id, trial]))
  const idle = jobs.filter(({ trialId }) => byId.get(trialId)?.state !== 'queued')
  if (idle.length > 0) {
    await patience.read(() =>
      store.db
        .transaction()
        .setIsolationLevel('read committed')
        .execute((transaction) =>
          queue.done(
            transaction,
            idle.map(({ job }) => job),
          ),
        ),
    )
  }
  return jobs.flatMap(({ trialId, job }) => {
    const trial = byId.get(trialId)
    return trial?.state === 'queued' ? [{ trial, job }] : []
  })
}
