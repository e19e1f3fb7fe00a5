import { artifactPlaceOf, chooseArtifactPlace } from '../store/artifact-place.ts'
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
 * Keeps the user's choice of a place for a store's artifacts, and sees that it can be used before anything is trained.
 *
 * @param wanted `s3://bucket/prefix`
 * @throws SwathError('usage') if it cannot be chosen, SwathError('artifact') if it cannot be used
 */
export async function chooseArtifacts(store: Store, wanted: string): Promise<void> {
  await chooseArtifactPlace(store, wanted)
  await usingArtifacts(store, () => Promise.resolve())
}

/** @throws SwathError('artifact') if a place that was chosen cannot be used */
async function openPlace(store: Store): Promise<ArtifactPlace> {
  const location = await artifactPlaceOf(store.db)
  if (location === undefined) {
    const { postgresPlace } = await import('./postgres.ts')
    return postgresPlace(store)
  }
  const { openS3 } = await import('./s3.ts')
  return openS3(location)
}
