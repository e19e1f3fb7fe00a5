import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { artifactPlaceOf, keepArtifactPlace, placeFor } from '../store/artifact-place.ts'
import { isPostgres } from '../store/location.ts'
import type { Store } from '../store/store.ts'
import { carriedArtifacts } from './carried.ts'
import { hostFolder } from './host-folder.ts'
import { artifactLocation, openArtifacts } from './open.ts'
import type { ArtifactPlace } from './place.ts'
import type { SharedArtifacts } from './shared.ts'
import { sharedFolder } from './shared-folder.ts'

/**
 * Opens the artifacts of a store for as long as `use` needs them.
 *
 * @param folder of this host, for what is carried
 */
export async function usingArtifacts<T>(
  store: Store,
  use: (artifacts: SharedArtifacts) => Promise<T>,
  folder?: string,
): Promise<T> {
  const artifacts = isPostgres(store.location)
    ? carriedArtifacts(await openPlace(store), openArtifacts(folder ?? hostFolder()))
    : sharedFolder(openArtifacts(artifactLocation(store.location)))
  try {
    return await use(artifacts)
  } finally {
    await artifacts.close()
  }
}

/**
 * Keeps the user's choice of a place for a store's artifacts once a file was written there, read and removed: what cannot be
 * used is not kept, and later commands know nothing of it.
 *
 * @param wanted `s3://bucket/prefix`, or `database`
 * @throws SwathError('usage') if it cannot be chosen, SwathError('artifact') if it cannot be used
 */
export async function chooseArtifacts(store: Store, wanted: string): Promise<void> {
  const location = await placeFor(store, wanted)
  const place = await openAt(store, location)
  try {
    await tryPlace(place)
  } finally {
    await place.close()
  }
  await keepArtifactPlace(store, location)
}

/** @throws SwathError('artifact') if a place that was chosen cannot be used */
async function openPlace(store: Store): Promise<ArtifactPlace> {
  return openAt(store, await artifactPlaceOf(store.db))
}

/** @param location undefined for the store's database */
async function openAt(store: Store, location: string | undefined): Promise<ArtifactPlace> {
  if (location === undefined) {
    const { postgresPlace } = await import('./postgres.ts')
    return postgresPlace(store)
  }
  const { openS3 } = await import('./s3.ts')
  return openS3(location)
}

/** Writes a file, reads it and removes it. */
async function tryPlace(place: ArtifactPlace): Promise<void> {
  const name = `try-${randomUUID()}`
  const content = Buffer.from('swath')
  const folder = await mkdtemp(join(tmpdir(), 'swath-try-'))
  const path = join(folder, 'file')
  try {
    await writeFile(path, content)
    const sha256 = createHash('sha256').update(content).digest('hex')
    await place.put({ name, path, bytes: content.length, sha256 })
    const pieces: Uint8Array[] = []
    for await (const piece of (await place.get(name)) ?? []) pieces.push(piece)
    if (!Buffer.concat(pieces).equals(content)) throw new Error('a file that was written there reads otherwise')
    await place.remove([name])
  } catch (error) {
    throw new SwathError('artifact', `${place.location} cannot be used: ${place.obstacle(error) ?? messageOf(error)}`, {
      hint: 'swath writes, reads, lists and removes files there; nothing was changed in the store',
      cause: error,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
