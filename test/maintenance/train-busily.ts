import { setTimeout } from 'node:timers/promises'

import { trialFolder } from '../../src/artifacts/artifacts.ts'
import { artifactLocation, openArtifacts } from '../../src/artifacts/open.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { leaseEnd } from '../../src/store/coordinators.ts'
import { acquireSweep, releaseSweep, thisProcess } from '../../src/store/coordinators.ts'
import { forgetArtifacts, artifactsOf, recordArtifact } from '../../src/store/artifacts.ts'
import { openStore } from '../../src/store/open.ts'
import { newestSweep } from '../../src/store/sweeps.ts'
import { queuedTrials } from '../../src/store/trials.ts'
import { end, report, start } from '../store/change-of.ts'

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
const leaseExpiresAt = leaseEnd(new Date())
await applyChanges(store.db, [start(trialId, 1, { process: self, leaseExpiresAt, at })])

const ended = new AbortController()
process.stdin.once('data', () => {
  ended.abort()
})
for (let epoch = 1; !ended.signal.aborted; epoch++) {
  const kept = artifacts.write(`${folder}/attempt-1-epoch-${epoch}.safetensors`, [Buffer.from(`weights ${epoch}`)])
  const pruned = await store.db.transaction().execute(async (transaction) => {
    await recordArtifact(transaction, trialId, { ...kept, epoch }, at)
    const old = (await artifactsOf(transaction, trialId)).slice(0, -2)
    await forgetArtifacts(transaction, old)
    return old
  })
  artifacts.remove(pruned.map(({ name }) => name))
  await applyChanges(store.db, [report(trialId, { epoch, val_loss: 1 / epoch })])
  console.log(`epoch ${epoch}`)
  await setTimeout()
}
const final = artifacts.write(`${folder}/attempt-1.safetensors`, [Buffer.from('weights')])
await applyChanges(store.db, [end(trialId, 'completed', 1, { checkpoint: { ...final, epoch: 0 } })])
await releaseSweep(store.db, sweep.id, self)
await store.close()
process.stdin.destroy()
