import type { Kysely } from 'kysely'

import { refuseSharedArtifacts } from '../artifacts/open.ts'
import type { ListedFile, SharedArtifacts } from '../artifacts/shared.ts'
import { listArtifacts, straysOf, type ArtifactListing, type KnownArtifacts } from '../artifacts/strays.ts'
import { knownArtifacts } from '../store/artifacts.ts'
import { trainingTrials } from '../store/runs.ts'
import type { Schema } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** So many are removed while others wait for the store. */
const atOnce = 50

/** Files of trials that are not there, of attempts that never came to their end, and of checkpoints half written. */
export async function findStrays(store: Store, artifacts: SharedArtifacts, now: Date): Promise<ListedFile[]> {
  return (await look(store, artifacts, now)).strays
}

/**
 * Removes them. The rows are looked at again under the write lock, and each file is removed before that is given back: a
 * trial that begins meanwhile writes its files later, and under names that no file had before.
 */
export async function removeStrays(store: Store, artifacts: SharedArtifacts, now: Date): Promise<ListedFile[]> {
  const { listing, strays } = await look(store, artifacts, now)
  const removed: ListedFile[] = []
  for (let first = 0; first < strays.length; first += atOnce) {
    await store.db.transaction().execute(async (db) => {
      const certain = new Set(straysOf(listing, await known(db, now)).map(({ name }) => name))
      const batch = strays.slice(first, first + atOnce).filter(({ name }) => certain.has(name))
      await artifacts.remove(batch.map(({ name }) => name))
      removed.push(...batch)
    })
  }
  return removed
}

async function look(
  store: Store,
  artifacts: SharedArtifacts,
  now: Date,
): Promise<{ readonly listing: ArtifactListing; readonly strays: ListedFile[] }> {
  refuseSharedArtifacts(store.location)
  const listing = await listArtifacts(artifacts.list())
  if (listing.folders.length + listing.others.length === 0) return { listing, strays: [] }
  const transaction = store.db.transaction()
  const strays = await (store.isReadOnly ? transaction.setAccessMode('read only') : transaction).execute(async (db) =>
    straysOf(listing, await known(db, now)),
  )
  return { listing, strays }
}

async function known(db: Kysely<Schema>, now: Date): Promise<KnownArtifacts> {
  return { ...(await knownArtifacts(db)), training: await trainingTrials(db, now) }
}
