import { trialFolder, type Artifacts, type StoredArtifact } from '../../src/artifacts/artifacts.ts'
import { artifactLocation, openArtifacts } from '../../src/artifacts/open.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { end, report, start as startOf } from '../store/change-of.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

export { at } from '../store/change-of.ts'

export interface TrainedStore {
  readonly store: Store
  readonly artifacts: Artifacts
  readonly sweep: { readonly id: number; readonly name: string }
  /** Of the trials, in their order. */
  readonly ids: readonly number[]
}

/** A store with one sweep, of whose trials the first ones are completed and have a checkpoint. */
export async function trainedStore({
  trials = 3,
  completed = trials,
}: { trials?: number; completed?: number } = {}): Promise<TrainedStore> {
  const store = await temporaryStore()
  const artifacts = openArtifacts(artifactLocation(store.location))
  const sweep = await plannedSweep(store, trials)
  await defineSweepView(store.db, sweep, ['depth', 'width'], ['val_loss'])
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  for (const trialId of ids.slice(0, completed)) {
    await start(store, trialId)
    await applyChanges(store.db, [
      report(trialId, { epoch: 1, val_loss: 0.5 }),
      end(trialId, 'completed', 1, { checkpoint: { ...checkpoint(artifacts, trialId), epoch: 1 } }),
    ])
  }
  return { store, artifacts, sweep, ids }
}

/** Of a process that is gone. */
export async function start(store: Store, trialId: number, attempt = 1): Promise<void> {
  const process = { host: 'here', pid: 2 ** 22 + 1, process_start: '' }
  await applyChanges(store.db, [startOf(trialId, attempt, { process })])
}

export function checkpoint(artifacts: Artifacts, trialId: number, of = 'attempt-1'): StoredArtifact {
  return artifacts.write(`${trialFolder(trialId)}/${of}.safetensors`, [Buffer.from(`weights of ${trialId}, ${of}`)])
}

/** The names of all files that a store's rows name, in order. */
export async function namesOf(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('artifacts').select('name').orderBy('id').execute()
  return rows.map(({ name }) => name)
}
