import { existsSync, realpathSync } from 'node:fs'

import { SwathError } from '../errors.ts'
import { isPostgres, storeFile } from '../store/location.ts'
import type { Artifacts } from './artifacts.ts'
import { artifactFolder } from './folder.ts'

/**
 * Returns the folder `swath-artifacts` beside the file `swath.db`: absolute, and the same whatever links lead to the file.
 *
 * @throws SwathError('usage') for a store that is no file
 */
export function artifactLocation(store: string): string {
  return `${withoutEnding(storeFile(store))}-artifacts`
}

/**
 * Whose files are nobody's is known only where no other store keeps its own in the same folder, as `swath.sqlite` beside
 * `swath.db` does.
 *
 * @throws SwathError('artifact') if one does
 */
export function refuseSharedArtifacts(store: string): void {
  if (isPostgres(store)) return
  const path = storeFile(store)
  const other = endings
    .map((ending) => `${withoutEnding(path)}${ending}`)
    .find((each) => {
      return each !== path && existsSync(each) && realpathSync(each) !== path
    })
  if (other === undefined) return
  const message = `${other} keeps its artifacts in the same folder as ${path}: ${artifactLocation(store)}`
  throw new SwathError('artifact', message, {
    hint: `move one of the two: which files nobody needs can't be known here`,
  })
}

const endings = ['.db', '.sqlite', '.sqlite3']

function withoutEnding(path: string): string {
  return path.replace(/\.(db|sqlite3?)$/i, '')
}

/** The artifacts in a folder of this host. @param like a folder whose owner and permissions what is written gets */
export function openArtifacts(location: string, like?: string): Artifacts {
  return artifactFolder(location, like)
}
