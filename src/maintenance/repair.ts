import { SwathError } from '../errors.ts'
import { counted, firstOf } from '../report/enumerate.ts'
import { formatCompact } from '../report/format.ts'
import { allArtifacts, forgetArtifacts } from '../store/artifacts.ts'
import { anyLiveCoordinator } from '../store/coordinators.ts'
import { removeDanglingRows } from '../store/dangling.ts'
import { recountFinalMetrics } from '../store/final-metrics.ts'
import { openStore, salvageStore } from '../store/open.ts'
import { lostRuns, refuseLiveRuns, releaseLostRuns } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { defineViews, missingViews, rebuildSweepViews } from '../store/views.ts'
import { flawedArtifacts } from './examine.ts'
import { removeStrays } from './strays.ts'

/**
 * Mends what can be mended; says what it did, a line each. A crash leaves the store between two steps, and none of them
 * needs the one before.
 *
 * @throws SwathError('sweep-busy') if somebody runs a sweep of this store
 */
export async function repairStore(location: string, say: (done: string) => void, now = new Date()): Promise<void> {
  await replaceIfDamaged(location, say, now)
  const store = await openStore(location, 'change')
  try {
    await refuseLiveRuns(store.db, now)
    await mendRows(store, say, now)
    await mendViews(store, say)
    // Last: a file is removed when no row names it any more.
    for (const { name, bytes } of await removeStrays(store, now)) {
      say(`removed ${name}, which nothing names (${formatCompact(bytes)}B)`)
    }
  } finally {
    await store.close()
  }
}

/** A damaged database is not written to: a sound one takes its place. */
async function replaceIfDamaged(location: string, say: (done: string) => void, now: Date): Promise<void> {
  const damaged = await openStore(location, 'inspect')
  try {
    if ((await damaged.check()).damage.length === 0) return
    await refuseReadableRun(damaged, now)
  } finally {
    await damaged.close()
  }
  const { kept, rows } = await salvageStore(location)
  const sound = await openStore(location, 'change')
  await sound.db
    .transaction()
    .execute((transaction) => recountFinalMetrics(transaction))
    .finally(() => sound.close())
  const counts = Object.entries(rows).map(([table, count]) => `${table} ${count}`)
  say(`the damaged database is kept as ${kept}; what could be read of it: ${counts.join(', ')}`)
}

/** As far as the damage lets anybody see. */
async function refuseReadableRun(damaged: Store, now: Date): Promise<void> {
  const runner = await anyLiveCoordinator(damaged.db, now).catch(() => undefined)
  if (runner === undefined) return
  throw new SwathError('sweep-busy', `process ${runner.pid} on ${runner.host} runs a sweep on it`, {
    hint: 'end that process first',
  })
}

async function mendRows(store: Store, say: (done: string) => void, now: Date): Promise<void> {
  const flawed = await flawedArtifacts(store, await allArtifacts(store.db))
  const flawedRows = flawed.map(({ row }) => row)
  const { dangling, lost } = await store.db.transaction().execute(async (transaction) => {
    await refuseLiveRuns(transaction, now)
    const removed = await removeDanglingRows(transaction)
    const left = await lostRuns(transaction, now)
    await releaseLostRuns(transaction, left, now.toISOString())
    await forgetArtifacts(transaction, flawedRows)
    return { dangling: removed, lost: left }
  })
  if (dangling > 0) say(`removed ${counted(dangling, 'row')} of sweeps or trials that are not there`)
  for (const { trialId, attempt } of lost.trials) say(`trial ${trialId} is queued again, its attempt ${attempt} closed`)
  for (const { trialId, attempt } of lost.attempts) say(`closed attempt ${attempt} of trial ${trialId}`)
  for (const { pid, host } of lost.coordinators) say(`forgot process ${pid} on ${host}, which ran a sweep and is gone`)
  for (const { row, flaw } of flawed) say(`trial ${row.trial_id} does without ${row.name}, which ${flaw}`)
}

async function mendViews(store: Store, say: (done: string) => void): Promise<void> {
  const missing = await missingViews(store.db)
  if (missing.length === 0) return
  await store.db.transaction().execute(defineViews)
  await rebuildSweepViews(store.db, missing)
  say(`made ${counted(missing.length, 'view')} that were not there: ${firstOf(missing)}`)
}
