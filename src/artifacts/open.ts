import { resolve } from 'node:path'
import { sqlitePath } from '../store/location.ts'
import type { Artifacts } from './artifacts.ts'
import { artifactFolder } from './folder.ts'

/** Where a store's artifacts are: beside `swath.db` the folder `swath-artifacts`. Absolute, so that workers find it too. */
export function artifactLocation(store: string): string {
  return resolve(`${sqlitePath(store).replace(/\.(db|sqlite3?)$/i, '')}-artifacts`)
}

/** The artifacts at a location that {@link artifactLocation} gave. */
export function openArtifacts(location: string): Artifacts {
  return artifactFolder(location)
}
