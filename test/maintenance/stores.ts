import { trialFolder, type Artifacts, type StoredArtifact } from '../../src/artifacts/artifacts.ts'
import { artifactLocation, openArtifacts } from '../../src/artifacts/open.ts'
import { reconcile } from '../../src/store/derived.ts'
import type { ArtifactRow, SweepRow } from '../../src/store/schema.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import type { Store } from '../../src/store/store.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, temporaryStore } from '../store/temporary-store.ts'

const at = '2026-01-01T00:00:00.000Z'

export interface TrainedStore {
  readonly store: Store
  readonly artifacts: Artifacts
  readonly sweep: SweepRow
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
    await store.db.insertInto('metrics').values({ trial_id: trialId, epoch: 1, name: 'val_loss', value: 0.5 }).execute()
    await name(store, trialId, checkpoint(artifacts, trialId))
    await end(store, trialId)
  }
  // Rows that were written by hand have nothing derived from them yet.
  await reconcile(store.db, { all: true })
  return { store, artifacts, sweep, ids }
}

/** A process that is gone takes a trial. */
export async function start({ db }: Store, trialId: number, attempt = 1): Promise<void> {
  const started = { state: 'running', attempt, host: 'here', pid: 2 ** 22 + 1, worker: 1, started_at: at } as const
  await db.updateTable('trials').set(started).where('id', '=', trialId).execute()
  await db
    .insertInto('attempts')
    .values({ trial_id: trialId, ...started })
    .execute()
}

async function end({ db }: Store, trialId: number): Promise<void> {
  const ended = { state: 'completed', finished_at: at } as const
  await db.updateTable('trials').set(ended).where('id', '=', trialId).execute()
  await db.updateTable('attempts').set(ended).where('trial_id', '=', trialId).execute()
}

export function checkpoint(artifacts: Artifacts, trialId: number, of = 'attempt-1'): StoredArtifact {
  return artifacts.write(`${trialFolder(trialId)}/${of}.safetensors`, [Buffer.from(`weights of ${trialId}, ${of}`)])
}

/** Has a row name a file. */
export async function name(
  { db }: Pick<Store, 'db'>,
  trialId: number,
  artifact: StoredArtifact,
  kind: ArtifactRow['kind'] = 'checkpoint',
): Promise<void> {
  await db
    .insertInto('artifacts')
    .values({ trial_id: trialId, kind, ...artifact, created_at: at })
    .execute()
}

/** The names of all files that a store's rows name, in order. */
export async function namesOf(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('artifacts').select('name').orderBy('id').execute()
  return rows.map(({ name }) => name)
}
