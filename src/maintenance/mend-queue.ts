import { grantRights } from '../../db/rights.ts'
import { reconcileQueues } from '../store/reconcile-queue.ts'
import type { Store } from '../store/store.ts'

/** Mends the queue of a store that hosts share, then brings it in line with the trials. */
export async function mendQueue(store: Store, say: (done: string) => void): Promise<void> {
  const { db, openQueue, queueTables } = store
  if (openQueue === undefined || queueTables === undefined) return
  const flaw = await queueTables.flaw()
  // What a newer swath made is not for this one to change.
  if (flaw?.kind === 'newer') return
  if (flaw !== undefined) {
    // Opening the queue brings older tables up to date, where they are whole.
    if (flaw.kind === 'older')
      await openQueue().then(
        (queue) => queue.close(),
        () => undefined,
      )
    // Jobs say nothing that trials do not say.
    if ((await queueTables.flaw()) !== undefined) await queueTables.clear()
    await (await openQueue()).close()
    await db.transaction().execute(grantRights)
    say(`made the queue's tables anew, or brought them up to date: ${flaw.detail}`)
  }
  for (const line of await reconcileQueues(store)) say(line)
}
