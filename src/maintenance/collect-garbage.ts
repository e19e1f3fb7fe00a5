import { usingArtifacts } from '../artifacts/open-shared.ts'
import type { ListedFile, SharedArtifacts } from '../artifacts/shared.ts'
import { forgetArtifacts, supersededCheckpoints } from '../store/artifacts.ts'
import { refuseLiveRuns } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { findStrays, removeStrays } from './strays.ts'

/** What a store does without. */
export interface Garbage {
  readonly strays: readonly ListedFile[]
  /** Checkpoints that newer ones stand in for. */
  readonly superseded: readonly ListedFile[]
  /** Bytes that the database gave back; undefined if it was not asked to. */
  readonly compacted: number | undefined
}

export interface GarbageOptions {
  readonly dryRun: boolean
  /** Also give the room of deleted rows back to the disk. */
  readonly compact: boolean
}

/**
 * Removes what a store does without, also while sweeps run on it. Compacting makes others wait: it is refused while
 * somebody runs a sweep.
 */
export function collectGarbage(store: Store, options: GarbageOptions, now: Date): Promise<Garbage> {
  return usingArtifacts(store, (artifacts) => collectWith(store, artifacts, options, now))
}

async function collectWith(
  store: Store,
  artifacts: SharedArtifacts,
  { dryRun, compact }: GarbageOptions,
  now: Date,
): Promise<Garbage> {
  const file = compact ? store.file() : undefined
  if (compact) await refuseLiveRuns(store.db, now)
  if (dryRun) {
    const superseded = (await supersededCheckpoints(store.db)).map(({ name, bytes }) => ({ name, bytes }))
    return { strays: await findStrays(store, artifacts, now), superseded, compacted: undefined }
  }

  // The rows first: a crash between the two leaves strays, which the next time finds.
  const superseded = await store.db.transaction().execute(async (transaction) => {
    const rows = await supersededCheckpoints(transaction)
    await forgetArtifacts(transaction, rows)
    return rows.map(({ name, bytes }) => ({ name, bytes }))
  })
  await artifacts.remove(superseded.map(({ name }) => name))
  const strays = await removeStrays(store, artifacts, now)
  return { strays, superseded, compacted: await file?.compact() }
}
