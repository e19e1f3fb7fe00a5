import { usingArtifacts } from '../artifacts/open-shared.ts'
import type { SharedArtifacts } from '../artifacts/shared.ts'
import { SwathError } from '../errors.ts'
import { counted, firstLines } from '../report/enumerate.ts'
import { formatCompact } from '../report/format.ts'
import { allArtifacts, forgetArtifacts } from '../store/artifacts.ts'
import { anyLiveCoordinator } from '../store/coordinators.ts'
import { removeDanglingRows } from '../store/dangling.ts'
import { recountSweeps } from '../store/recount.ts'
import { salvageStore, withStore } from '../store/open.ts'
import { takeBackAllLost } from '../store/lost-trials.ts'
import { lostRuns, refuseLiveRuns, releaseLostRuns } from '../store/runs.ts'
import { removeSpools, replaySpools } from '../store/spool.ts'
import type { Store } from '../store/store.ts'
import { reconcile } from '../store/derived.ts'
import { flawedArtifacts } from './examine.ts'
import { mendQueue } from './mend-queue.ts'
import { removeStrays } from './strays.ts'

/**
 * Mends what can be mended; says what it did, a line each. A crash leaves the store between two steps, and none of them
 * needs the one before.
 *
 * @throws SwathError('sweep-busy') if somebody runs a sweep of this store
 */
export async function repairStore(location: string, say: (done: string) => void, now = new Date()): Promise<void> {
  const wasDamaged = await replaceIfDamaged(location, say, now)
  await withStore(location, 'change', async (store) => {
    await refuseLiveRuns(store.db, now)
    await usingArtifacts(store, async (artifacts) => {
      await mendRows(store, artifacts, say, now)
      await mendDerived(store, say)
      await mendQueue(store, say)
      // Files of trials that could not be read may be all that is left of them: they stay until somebody asks for it.
      if (wasDamaged) return
      // Last: a file is removed when no row names it any more.
      const strays = await removeStrays(store, artifacts, now)
      const told = strays.map(({ name, bytes }) => `removed ${name}, which nothing names (${formatCompact(bytes)}B)`)
      for (const line of firstLines(told)) say(line)
    })
  })
}

/** A damaged database is not written to: a sound one takes its place. */
async function replaceIfDamaged(location: string, say: (done: string) => void, now: Date): Promise<boolean> {
  const isDamaged = await withStore(location, 'inspect', async (store) => {
    if ((await store.check()).damage.length === 0) return false
    await refuseReadableRun(store, now)
    return true
  })
  if (!isDamaged) return false
  const { kept, rows } = await salvageStore(location)
  // Rows that decide how results are read may be among those that could not be.
  await withStore(location, 'change', (store) => store.db.transaction().execute(recountSweeps))
  const counts = Object.entries(rows).map(([table, count]) => `${table} ${count}`)
  say(`the damaged database is kept as ${kept}; what could be read of it: ${counts.join(', ')}`)
  return true
}

/** As far as the damage lets anybody see. */
async function refuseReadableRun(damaged: Store, now: Date): Promise<void> {
  const runner = await anyLiveCoordinator(damaged.db, now).catch(() => undefined)
  if (runner === undefined) return
  throw new SwathError('sweep-busy', `process ${runner.pid} on ${runner.host} runs a sweep on it`, {
    hint: 'end that process first',
  })
}

async function mendRows(
  store: Store,
  artifacts: SharedArtifacts,
  say: (done: string) => void,
  now: Date,
): Promise<void> {
  // Files that are all gone at once may come back: their names stay.
  const areThere = await artifacts.areThere()
  const flawed = areThere ? await flawedArtifacts(store, artifacts, await allArtifacts(store.db)) : []
  const flawedRows = flawed.map(({ row }) => row)
  const { dangling, lost, failed, spools } = await store.db.transaction().execute(async (transaction) => {
    await refuseLiveRuns(transaction, now)
    const removed = await removeDanglingRows(transaction)
    const replayed = await replaySpools(transaction)
    const left = await lostRuns(transaction, now)
    // A trial that takes the process with it is not repaired for ever.
    const lostTooOften = await takeBackAllLost(transaction, now.toISOString())
    await releaseLostRuns(transaction, left, now.toISOString())
    await forgetArtifacts(transaction, flawedRows)
    return { dangling: removed, lost: left, failed: lostTooOften, spools: replayed }
  })
  removeSpools(spools)
  if (dangling > 0) say(`removed ${counted(dangling, 'row')} of sweeps or trials that are not there`)
  const lines = [
    ...lost.trials.map(({ trialId, attempt }) => {
      const error = failed.get(trialId)
      return `trial ${trialId} ${error === undefined ? `is queued again, its attempt ${attempt} closed` : `has failed: ${error}`}`
    }),
    ...lost.attempts.map(({ trialId, attempt }) => `closed attempt ${attempt} of trial ${trialId}`),
    ...lost.coordinators.map(({ pid, host }) => `forgot process ${pid} on ${host}, which ran a sweep and is gone`),
  ]
  for (const line of firstLines(lines)) say(line)
  for (const line of firstLines(
    flawed.map(({ row, flaw }) => `trial ${row.trial_id} does without ${row.name}, which ${flaw}`),
  ))
    say(line)
}

/** What follows from other rows. */
async function mendDerived(store: Store, say: (done: string) => void): Promise<void> {
  for (const what of await reconcile(store.db, { all: true })) say(`worked out again: ${what}`)
}
