import type { Kysely } from 'kysely'

import type { SweepQueue } from '../queue/shared-queue.ts'
import { enqueue } from './enqueue.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

interface Reconciled {
  /** Trials that waited without a job. */
  readonly added: number
  /** Jobs whose trials do not wait, or are not there. */
  readonly removed: number
}

/**
 * Brings the queue of a sweep in line with its trials: each that waits has a job, and no other. They differ where a process
 * without the queue changed the trials, the queue was lost, or the store was put back from a backup.
 */
export async function reconcileQueue(db: Kysely<Schema>, queue: SweepQueue, sweepId: number): Promise<Reconciled> {
  // In this order: a job that is there before its trial is found not to wait is not a later one, of a trial queued again.
  const held = await queue.held()
  const rows = await db
    .selectFrom('trials')
    .select('id')
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'queued')
    .execute()
  const waiting = new Set(rows.map(({ id }) => id))
  const ids = [...waiting].filter((id) => !held.has(id))
  const jobs = [...held].flatMap(([trial, job]) => (waiting.has(trial) ? [] : [job]))
  // No report is written while a transaction like this one goes on: most often there is nothing to change.
  if (ids.length > 0 || jobs.length > 0) {
    await db.transaction().execute(async (transaction) => {
      if (ids.length > 0) await enqueue(transaction, queue, sweepId, { ids })
      await queue.done(transaction, jobs)
    })
  }
  return { added: ids.length, removed: jobs.length }
}

/** Does the same for all sweeps of a store, and drops the queues of those that are not there. Returns what it did. */
export async function reconcileQueues({ db, openQueue }: Pick<Store, 'db' | 'openQueue'>): Promise<string[]> {
  const shared = await openQueue?.()
  if (shared === undefined) return []
  try {
    const done: string[] = []
    // Before the sweeps: a queue is made after its sweep.
    const queues = await shared.sweeps()
    const sweeps = await db.selectFrom('sweeps').select(['id', 'name']).orderBy('id').execute()
    for (const id of queues.filter((each) => sweeps.every((sweep) => sweep.id !== each))) {
      await shared.drop(id)
      done.push(`removed the queue of sweep ${id}, which is not there`)
    }
    const waiting = await db.selectFrom('trials').select('sweep_id').distinct().where('state', '=', 'queued').execute()
    const concerned = new Set([...queues, ...waiting.map(({ sweep_id }) => sweep_id)])
    for (const { id, name } of sweeps.filter((sweep) => concerned.has(sweep.id))) {
      const { added, removed } = await reconcileQueue(db, await shared.of(id), id)
      if (added > 0) done.push(`${name}: trials put in the queue again, which waited outside it: ${added}`)
      if (removed > 0) done.push(`${name}: jobs removed whose trials do not wait: ${removed}`)
    }
    return done
  } finally {
    await shared.close()
  }
}
