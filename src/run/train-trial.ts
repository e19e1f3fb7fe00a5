import { trialFolder, type StoredArtifact } from '../artifacts/artifacts.ts'
import { messageOf } from '../errors.ts'
import { leaseEnd, thisProcess } from '../store/coordinators.ts'
import type { Change, ChangeOf } from '../store/change.ts'
import type { TrialRow } from '../store/schema.ts'
import type { FinalCheckpoint, TrialFailure, TrialMessage, TrialOutcome } from '../workers/protocol.ts'
import type { BegunTrial } from '../workers/pool.ts'
import { backoffSeconds, endingOf } from './ending.ts'
import { Loading } from './loading.ts'
import { pauseNotice } from './patience.ts'
import { failureOfHost, prepareAttempt, type PreparedAttempt } from './prepare-attempt.ts'
import { publishSoon } from './publish.ts'
import { isRefusedByDatabase } from './refused-by-database.ts'
import { platform } from '../tensorflow/platform.ts'
import { startedTrial } from './started-trial.ts'
import type { TrialCheckpoints } from './trial-checkpoints.ts'
import type { PackedFolder, TrialFolder } from './trial-folder.ts'
import type { TrialTraining } from './trial-training.ts'

/** What a report or an end has to name besides itself. */
interface Published {
  readonly packed: PackedFolder | undefined
  /** On this host alone so far. */
  readonly unpublished: readonly StoredArtifact[]
}

const nothing: Published = { packed: undefined, unpublished: [] }

const mixtureMessage = 'its program was written while it was loaded: the attempt does not count'

/** Resolves when its end is on disk: to a number of seconds if it failed and is to be tried again after them. */
export interface TrainedTrial {
  readonly written: Promise<number | undefined>
}

/**
 * One attempt at a trial, from its row to its row. The worker is free when it resolves: the next trial's start shares a
 * group with this one's end.
 *
 * Whatever goes wrong while the attempt is prepared, trained and handed over is its outcome: it counts, is shown, and is
 * tried again as often as `retries` says. Only a store that cannot be written rejects.
 */
export async function trainTrial(training: TrialTraining, trial: TrialRow, job?: string): Promise<TrainedTrial> {
  const { store, sweep, settings, artifacts, carry, pool, aggregator, patience, observer } = training
  const { id: trialId } = trial
  const attempt = trial.attempt + 1
  const now = () => store.now()
  // A command keeps its checkpoints itself: its first report tells where it went on.
  const isCommand = 'command' in settings.program
  let resumeIsUnknown = isCommand && attempt > 1
  let lastEpoch = 0
  let hasReported = false
  let published: Promise<Published> = Promise.resolve(nothing)
  const loading = new Loading(training.files, settings.program)
  let prepared: PreparedAttempt | undefined

  // Train. What is refused on the way is another's by now, or cancelled: then nothing of it counts.
  let isOurs = true
  const trained = await pool.train({ limits: settings.timeout, begin })
  training.tracebacks.ended(trialId)
  const isMixture = prepared !== undefined && loading.ended()
  const outcome = isMixture ? mixture(training) : (prepared?.supervision.outcomeOf(trained, warnLater) ?? trained)
  await endHopeless()
  const written = writeDown()
  // Before the worker is free: this failure may be the one after which no further trial begins.
  if (isEarlyFailure()) await written.catch(() => undefined)
  return { written }

  /** A trial that diverged tells about its parameters, not about the program. */
  function isEarlyFailure(): boolean {
    return outcome.status === 'failed' && outcome.failure.kind !== 'diverged' && !hasReported && !isMixture
  }

  async function begin(worker: number, cancel: () => void): Promise<BegunTrial | TrialOutcome> {
    let failure: TrialFailure | undefined
    try {
      prepared = await prepareAttempt(training, trial, warn)
      lastEpoch = prepared.resume?.epoch ?? 0
    } catch (error) {
      isOurs = !training.signal.aborted
      if (!isOurs) return { status: 'cancelled' }
      failure = failureOfHost('it could not be prepared on this host', error)
    }
    // Where the program has changed meanwhile, the trial waits as it did, and its job becomes due again.
    isOurs = failure !== undefined || loading.begin(cancel)
    if (!isOurs) return { status: 'cancelled' }
    isOurs = await writeOrNote({
      ...{ type: 'start', trialId, attempt, worker, process: thisProcess(), drop: prepared?.damaged ?? [], job },
      ...(isCommand ? {} : { runtime: JSON.stringify(platform()) }),
      program: training.files.sha256,
      resumedEpoch: prepared === undefined || resumeIsUnknown ? undefined : (prepared.resume?.epoch ?? 0),
      ...{ leaseExpiresAt: leaseEnd(now()), at: now().toISOString() },
    })
    if (!isOurs) return { status: 'cancelled' }
    const params = prepared?.params ?? {}
    observer.trialStarted(startedTrial({ id: trialId, worker, params }, training.settings, training.telling))
    if (prepared === undefined) return failure === undefined ? { status: 'cancelled' } : { status: 'failed', failure }
    const { checkpoints, folder, task } = prepared
    if (attempt > 1) await removeStrays(checkpoints, folder)
    const attempted = prepared
    return { task, onMessage: (message) => receive(message, attempted) }
  }

  /** What an attempt that was cut short left half done may stay where it cannot be listed. */
  async function removeStrays(checkpoints: TrialCheckpoints, folder: TrialFolder): Promise<void> {
    const strays = await checkpoints.strays(trialId, carry, folder.names).catch(() => [])
    training.removal.begin(strays)
  }

  async function writeDown(): Promise<number | undefined> {
    await published.catch(() => nothing)
    if (!isOurs) {
      freeHost()
      observer.trialFinished(trialId, { status: 'cancelled' })
      return undefined
    }
    const { ended, last, packed, unpublished } = await handOver()
    const ending = endingOf(ended, {
      isCancelled: training.isCancelled(),
      attemptsLeft: settings.retries - trial.failures,
    })
    const isOver = ending.state !== 'queued'
    const { drop, best } = (isOver ? prepared?.checkpoints.ended(last) : undefined) ?? { drop: [], best: undefined }
    const going = [...drop, ...(packed?.drop ?? []), ...((isOver ? prepared?.folder.ended() : undefined) ?? [])]
    const isPostponed = ending.state === 'queued' && ended.status === 'failed'
    const delaySeconds = isPostponed ? backoffSeconds(trial.failures + 1) : 0
    const end: ChangeOf<'end'> = {
      ...{ type: 'end', trialId, attempt, checkpoint: last ?? undefined, drop: going, best, at: now().toISOString() },
      ...(packed && { folder: { ...packed.folder, epoch: lastEpoch } }),
      ...(isMixture && { error: mixtureMessage }),
      ...{ ...ending, delaySeconds },
    }
    const refusal = await refusalOf(end, unpublished)
    if (refusal !== undefined) return endWithout(refusal)
    if (isEarlyFailure()) await patience.read(async () => training.limits?.endAfterEarlyFailures())
    freeHost()
    if (isMixture) observer.note(`trial ${trialId}: ${mixtureMessage}`)
    if (isPostponed) {
      observer.trialPostponed(trialId, ended.failure)
      return delaySeconds
    }
    observer.trialFinished(trialId, ended)
    return undefined
  }

  /** Resolves to why the database took a change not, or to undefined; rejects with any other error. */
  async function refusalOf(change: Change, unpublished: readonly StoredArtifact[] = []): Promise<unknown> {
    try {
      await aggregator.write(change, unpublished)
      return undefined
    } catch (error) {
      if (training.signal.aborted || !isRefusedByDatabase(store, error)) throw error
      return store.explain(error)
    }
  }

  /** Ends an attempt whose end the database refused as one that failed, with nothing that it may refuse again. */
  async function endWithout(refusal: unknown): Promise<number | undefined> {
    const failed: TrialOutcome = { status: 'failed', failure: failureOfHost('its end could not be stored', refusal) }
    const attemptsLeft = settings.retries - trial.failures
    const ending = endingOf(failed, { isCancelled: training.isCancelled(), attemptsLeft })
    const delaySeconds = ending.state === 'queued' ? backoffSeconds(trial.failures + 1) : 0
    const again = await refusalOf({ type: 'end', trialId, attempt, at: now().toISOString(), ...ending, delaySeconds })
    // Its lease ends then, and counts as one lost.
    if (again !== undefined) observer.note(`trial ${trialId}: ${failed.failure.message}`)
    freeHost()
    observer.trialFinished(trialId, failed)
    return delaySeconds > 0 ? delaySeconds : undefined
  }

  /** Writes a start; resolves to false, too, where the database refuses it: then the trial waits as it did. */
  async function writeOrNote(start: ChangeOf<'start'>): Promise<boolean> {
    try {
      return await aggregator.write(start)
    } catch (error) {
      if (training.signal.aborted || !isRefusedByDatabase(store, error)) throw error
      observer.note(`trial ${trialId} cannot begin: ${messageOf(store.explain(error))}`)
      return false
    }
  }

  /** Publishes what the attempt leaves. One that has come to its end and cannot hand it over has failed. */
  async function handOver(): Promise<
    Published & { readonly ended: TrialOutcome; readonly last: FinalCheckpoint | null }
  > {
    const last = 'checkpoint' in outcome ? outcome.checkpoint : null
    if (isMixture) return { ...nothing, ended: outcome, last }
    try {
      return { ...(await publish(last)), ended: outcome, last }
    } catch (error) {
      if (outcome.status === 'cancelled' || outcome.status === 'failed') return { ...nothing, ended: outcome, last }
      if (training.signal.aborted) return { ...nothing, ended: { status: 'cancelled' }, last: null }
      const failure = failureOfHost('what it left could not be kept', error)
      return { ...nothing, ended: { status: 'failed', failure }, last: null }
    }
  }

  async function receive(
    message: TrialMessage,
    { supervision, checkpoints }: PreparedAttempt,
  ): Promise<'continue' | 'stop' | 'cancel' | undefined> {
    switch (message.type) {
      case 'report': {
        const { report, isContinued, reportedEpoch, checkpoint } = message
        if (loading.reported()) return 'cancel'
        if (!supervision.accepts(report, warnLater)) {
          await endHopeless()
          return 'cancel'
        }
        const { packed, unpublished } = artifacts.isCarried ? await publish(checkpoint) : nothing
        const superseded = [...checkpoints.reported(report, checkpoint), ...(packed?.drop ?? [])]
        lastEpoch = report.epoch
        const change: ChangeOf<'report'> = {
          ...{ type: 'report', trialId, attempt, report, isContinued, reportedEpoch, at: now().toISOString() },
          ...{ checkpoint, drop: superseded },
          ...{ folder: packed?.folder, tellsResumedEpoch: resumeIsUnknown, lastEpoch: supervision.lastEpoch },
        }
        const verdict = await aggregator.report(change, unpublished)
        isOurs = verdict !== 'refused'
        if (!isOurs) return 'cancel'
        hasReported = true
        resumeIsUnknown = false
        await training.recordMetrics(trialId, { report, isContinued })
        observer.trialReported(trialId, report)
        if (typeof verdict === 'object') {
          supervision.stop(verdict.stop)
          return 'stop'
        }
        return checkpoint !== undefined && training.isDraining?.() === true ? 'cancel' : 'continue'
      }
      case 'notices':
        training.notices.tell(trialId, message.notices)
        return undefined
      case 'began':
        return undefined
      case 'progress':
        observer.trialProgress(trialId, message.progress)
        return undefined
      case 'log':
        training.tracebacks.log(trialId, message.text)
        return undefined
      case 'waiting':
        observer.note(pauseNotice(`The checkpoint of trial ${trialId}`, message.reason))
        return undefined
      case 'late':
        await warn(` ${message.message}`, message.trialId)
        return undefined
    }
  }

  /** Ends the sweep where no trial of it can be judged, before a worker is free for the next one. */
  async function endHopeless(): Promise<void> {
    const hopeless = prepared?.supervision.hopeless
    if (hopeless !== undefined) await patience.read(async () => training.limits?.end(`trial ${trialId}: ${hopeless}`))
  }

  function warnLater(text: string): void {
    void warn(`: ${text}`).catch(() => undefined)
  }

  /** What its next attempt needs, which may be on any host, is fetched. */
  function freeHost(): void {
    // What a first attempt with a mixture kept there is no checkpoint to go on from.
    if (artifacts.isCarried || (isMixture && attempt === 1)) artifacts.host.remove([trialFolder(trialId)])
  }

  /** Resolves in the order of the calls: what is reported later is not written down before. */
  function publish(checkpoint: StoredArtifact | null | undefined): Promise<Published> {
    if (!artifacts.isCarried) return published
    published = published.then(async () => {
      const unpublished = checkpoint ? await publishSoon(artifacts, checkpoint) : []
      const packed = await prepared?.folder.publish(carry)
      return { packed, unpublished: [...unpublished, ...(packed?.unpublished ?? [])] }
    })
    return published
  }

  /** @param text what follows `trial 7` */
  async function warn(text: string, about = trialId): Promise<void> {
    observer.note(`trial ${about}${text}`)
    const detail = text.replace(/^:? /, '')
    await aggregator.write({
      ...{ type: 'event', sweepId: sweep.id, trialId: about, kind: 'warning', detail, at: now().toISOString() },
    })
  }
}

/**
 * What an attempt counts as that may have run a mixture of two versions. A command that is the same again is tried again;
 * a thread would still have what it loaded, so a module waits for the next run.
 */
function mixture({ files, settings }: TrialTraining): TrialOutcome {
  if (files.hasChanged || !('command' in settings.program)) return { status: 'cancelled' }
  return { status: 'failed', failure: { kind: 'threw', message: mixtureMessage } }
}
