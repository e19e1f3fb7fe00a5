import { claimFolder, foldersLeftBehind } from '../artifacts/host-folder.ts'
import { usingArtifacts } from '../artifacts/open-shared.ts'
import { messageOf } from '../errors.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import type { Store } from '../store/store.ts'
import { stoppingRuleOf } from '../sweep/stored.ts'
import type { RunObserver } from './events.ts'
import { Journal } from '../store/journal.ts'
import { deliverKept } from './outbox.ts'
import { Patience } from './patience.ts'
import { Removal } from './removal.ts'

interface Context {
  readonly store: Store
  readonly queue: SharedQueue
  readonly observer: Pick<RunObserver, 'note'>
  readonly signal: AbortSignal
}

/** Hands in what processes of this host that are gone could not: the store was away, and then they were ended. */
export async function handInLeftBehind(context: Context): Promise<void> {
  for (const folder of foldersLeftBehind()) {
    try {
      if (Journal.leftBehind(folder)?.owner.store !== context.store.location) continue
      const own = claimFolder(folder)
      const journal = own === undefined ? undefined : Journal.leftBehind(own)
      if (own !== undefined && journal !== undefined) await handIn(context, own, journal)
    } catch (error) {
      if (context.signal.aborted) throw error
      // It is no reason to train nothing; the next process of this host tries again.
      const reason = messageOf(error)
      context.observer.note(`What an earlier process of this host kept cannot be handed in: ${reason} (${folder})`)
    }
  }
}

async function handIn({ store, queue, observer, signal }: Context, folder: string, journal: Journal): Promise<void> {
  const patience = new Patience(store, observer, signal)
  const { sweepId, plannedAt } = journal.owner
  const sweep = await patience.read(() =>
    store.db
      .selectFrom('sweeps')
      .select(['name', 'definition'])
      .where('id', '=', sweepId)
      .where('created_at', '=', plannedAt)
      .executeTakeFirst(),
  )
  const work = async (artifacts: SharedArtifacts) => {
    // Of a sweep that was deleted nobody wants to know.
    if (sweep === undefined) {
      journal.delivered(journal.length)
      return
    }
    const carrying = new Patience(artifacts, observer, signal)
    const removal = new Removal(artifacts)
    const shared = { sweepId, queue: await patience.read(() => queue.of(sweepId)) }
    const rule = stoppingRuleOf(sweep)
    const judging = rule && { sweepId, rule }
    const reports = { kept: 0, refused: 0 }
    await deliverKept({ store, shared, judging, artifacts, patience, carrying, removal, journal }, (_, verdict) => {
      reports[verdict === 'lost' ? 'refused' : verdict]++
    })
    await removal.settled()
    observer.note(
      `${sweep.name}: handed in what an earlier process of this host had kept: ${reports.kept} reports` +
        (reports.refused === 0 ? '.' : `; ${reports.refused} came too late, their trials are others' by now.`),
    )
  }
  await usingArtifacts(store, work, folder)
}
