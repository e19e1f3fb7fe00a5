import { setTimeout } from 'node:timers/promises'

import { trialFolder } from '../../src/artifacts/artifacts.ts'
import { artifactLocation, openArtifacts } from '../../src/artifacts/open.ts'
import { acquireSweep, releaseSweep, thisProcess } from '../../src/store/coordinators.ts'
import { forgetArtifacts, artifactsOf } from '../../src/store/artifacts.ts'
import { openStore } from '../../src/store/open.ts'
import { newestSweep } from '../../src/store/sweeps.ts'
import { queuedTrials } from '../../src/store/trials.ts'

/**
 * A process that trains one trial as a sweep does, without pause: a file, then its row with a report; and rows of old
 * checkpoints go before their files. Says `epoch N` on stdout, and ends the trial when a byte comes in.
 */
const [location = ''] = process.argv.slice(2)
const store = await openStore(location, 'change')
const artifacts = openArtifacts(artifactLocation(location))
const sweep = await newestSweep(store.db)
if (sweep === undefined) throw new Error('there is no sweep')
const self = thisProcess()
await acquireSweep(store.db, sweep.id, self, new Date())
const [trial] = await queuedTrials(store.db, sweep.id)
if (trial === undefined) throw new Error('there is no queued trial')
const trialId = trial.id
const folder = trialFolder(trialId)
const at = new Date().toISOString()
const started = { state: 'running', attempt: 1, ...self, worker: 1, started_at: at } as const
await store.db.updateTable('trials').set(started).where('id', '=', trialId).execute()
await store.db
  .insertInto('attempts')
  .values({ trial_id: trialId, ...started })
  .execute()

const ended = new AbortController()
process.stdin.once('data', () => {
  ended.abort()
})
for (let epoch = 1; !ended.signal.aborted; epoch++) {
  const kept = artifacts.write(`${folder}/attempt-1-epoch-${epoch}.safetensors`, [Buffer.from(`weights ${epoch}`)])
  const pruned = await store.db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('artifacts')
      .values({ trial_id: trialId, kind: 'checkpoint', ...kept, created_at: at })
      .execute()
    await transaction
      .insertInto('metrics')
      .values({ trial_id: trialId, epoch, name: 'val_loss', value: 1 / epoch })
      .execute()
    const old = (await artifactsOf(transaction, trialId)).slice(0, -2)
    await forgetArtifacts(transaction, old)
    return old
  })
  artifacts.remove(pruned.map(({ name }) => name))
  console.log(`epoch ${epoch}`)
  await setTimeout()
}
const final = artifacts.write(`${folder}/attempt-1.safetensors`, [Buffer.from('weights')])
await store.db.transaction().execute(async (transaction) => {
  await transaction
    .insertInto('artifacts')
    .values({ trial_id: trialId, kind: 'checkpoint', ...final, created_at: at })
    .execute()
  const completed = { state: 'completed', finished_at: at } as const
  await transaction.updateTable('trials').set(completed).where('id', '=', trialId).execute()
  await transaction.updateTable('attempts').set(completed).where('trial_id', '=', trialId).execute()
})
await releaseSweep(store.db, sweep.id, self)
await store.close()
process.stdin.destroy()
