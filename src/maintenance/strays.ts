import type { Artifacts } from '../artifacts/artifacts.ts'
import { artifactLocation, openArtifacts, refuseSharedArtifacts } from '../artifacts/open.ts'
import { listArtifacts, straysOf, type KnownArtifacts } from '../artifacts/strays.ts'
import { knownArtifacts } from '../store/artifacts.ts'
import { trainingTrials } from '../store/runs.ts'
import type { Schema } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { Kysely } from 'kysely'

/** A file, or a folder with all that is in it, that no row of the store names. */
export interface Stray {
  readonly name: string
  readonly bytes: number
}

/** So many are removed while others wait for the store. */
const atOnce = 50

/** Files of trials that are not there, of attempts that never came to their end, and of checkpoints half written. */
export async function findStrays(store: Store, now: Date): Promise<Stray[]> {
  refuseSharedArtifacts(store.location)
  const artifacts = artifactsOf(store)
  const listing = listArtifacts(artifacts)
  if (listing.folders.length + listing.others.length === 0) return []
  const transaction = store.db.transaction()
  const strays = await (store.isReadOnly ? transaction.setAccessMode('read only') : transaction).execute(async (db) =>
    straysOf(listing, await known(db, now)),
  )
  return strays.map((name) => ({ name, bytes: artifacts.bytesOf(name) }))
}

/**
 * Removes them. Each is looked at again under the write lock, and removed before that is given back: a trial that begins
 * meanwhile writes its files later.
 */
export async function removeStrays(store: Store, now: Date): Promise<Stray[]> {
  const strays = await findStrays(store, now)
  const artifacts = artifactsOf(store)
  const removed: Stray[] = []
  for (let first = 0; first < strays.length; first += atOnce) {
    await store.db.transaction().execute(async (db) => {
      const certain = new Set(straysOf(listArtifacts(artifacts), await known(db, now)))
      const batch = strays.slice(first, first + atOnce).filter(({ name }) => certain.has(name))
      artifacts.remove(batch.map(({ name }) => name))
      removed.push(...batch)
    })
  }
  return removed
}

/** The artifacts of a store. */
export function artifactsOf(store: Store): Artifacts {
  return openArtifacts(artifactLocation(store.location))
}

async function known(db: Kysely<Schema>, now: Date): Promise<KnownArtifacts> {
  return { ...(await knownArtifacts(db)), training: await trainingTrials(db, now) }
}
