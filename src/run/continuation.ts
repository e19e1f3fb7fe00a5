import { SwathError } from '../errors.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import { enqueue } from '../store/enqueue.ts'
import { findTrial } from '../store/find-trial.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { continueTrial, metricsOf } from '../store/trials.ts'
import { storedParameters } from '../store/trial-parameters.ts'

/** One trial that is trained on, to this epoch. */
export interface Continuation {
  readonly trialId: number
  readonly epochs: number
}

/** @throws SwathError if there is no such trial, or nothing to train on */
export async function planContinuation(
  store: Store,
  trialId: number,
  wanted: number | undefined,
): Promise<Continuation & { readonly sweep: SweepRow }> {
  const { trial, sweep } = await findTrial(store, trialId)
  if (trial.state === 'completed' || trial.state === 'running') {
    const why = trial.state === 'running' ? 'is being trained' : 'is complete: nothing changes it any more'
    throw new SwathError('usage', `trial ${trialId} ${why}`)
  }
  const { epochs: planned } = storedParameters(trial)
  if (typeof planned !== 'number') {
    throw new SwathError('usage', `trial ${trialId} has no parameter \`epochs\`: nothing tells its program to go on`)
  }
  const epochs = wanted ?? trial.continued_to ?? planned
  const trained = (await metricsOf(store.db, trialId)).at(-1)?.epoch ?? 0
  if (!Number.isSafeInteger(epochs) || epochs <= trained) {
    throw new SwathError(
      'usage',
      `--epochs ${epochs}: expected a whole number above ${trained}, the last it has trained`,
    )
  }
  return { trialId, epochs, sweep }
}

/** Puts it in the queue, and in that which hosts share, if they do. */
export async function queueContinuation(
  store: Store,
  { trialId, epochs }: Continuation,
  shared?: { readonly queue: SharedQueue; readonly sweep: SweepRow },
): Promise<void> {
  const queue = await shared?.queue.of(shared.sweep.id)
  await store.db.transaction().execute(async (transaction) => {
    const isQueued = await continueTrial(transaction, trialId, epochs)
    if (!isQueued) throw new SwathError('usage', `trial ${trialId} is being trained, or complete by now`)
    if (queue !== undefined && shared !== undefined) {
      await enqueue(transaction, queue, shared.sweep.id, { ids: [trialId] })
    }
  })
}
