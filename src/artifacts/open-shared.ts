import type { Store } from '../store/store.ts'
import { artifactLocation, openArtifacts } from './open.ts'
import type { SharedArtifacts } from './shared.ts'
import { sharedFolder } from './shared-folder.ts'

/** Opens the artifacts of a store, wherever it keeps them; close them when they are done with. */
export function openSharedArtifacts(store: Pick<Store, 'location'>): Promise<SharedArtifacts> {
  return Promise.resolve(sharedFolder(openArtifacts(artifactLocation(store.location))))
}

/** Opens the artifacts of a store for as long as `use` needs them. */
export async function usingArtifacts<T>(
  store: Pick<Store, 'location'>,
  use: (artifacts: SharedArtifacts) => Promise<T>,
): Promise<T> {
  const artifacts = await openSharedArtifacts(store)
  try {
    return await use(artifacts)
  } finally {
    await artifacts.close()
  }
}
