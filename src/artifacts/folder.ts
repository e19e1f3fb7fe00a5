import { createHash, randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { createFolderWithRights, createWithRights, rightsOf, type Rights } from '../file-rights.ts'
import { flawOfName, pathBelow } from '../path-below.ts'
import { flush, makeFolderFlushed, readPieces, renameFlushed, writeFlushed, writeParts } from '../write-flushed.ts'
import type { Artifacts } from './artifacts.ts'
import { damaged, difference } from './flaw.ts'

/**
 * Artifacts as files of a folder.
 * @param like a folder with the same artifacts: what is written gets the owner and the permissions that it has there. What
 *   is pruned there meanwhile gets those of the folder that held it
 */
export function artifactFolder(folder: string, like?: string): Artifacts {
  return {
    location: folder,

    areThere: () => existsSync(folder),

    write(name, parts) {
      const path = pathBelow(folder, name)
      const aside = `${path}.${randomUUID()}`
      try {
        if (like === undefined) {
          makeFolderFlushed(dirname(path))
          writeFlushed(aside, parts)
        } else {
          createFoldersLike(folder, like, name)
          const rights = rightsIn(like, name)
          createWithRights(aside, { ...rights, mode: rights.mode & 0o666 }, (file) => {
            writeParts(file, parts)
          })
        }
        renameFlushed(aside, path)
      } catch (error) {
        if (existsSync(aside)) rmSync(aside)
        throw new SwathError('artifact', `${path} can't be written: ${messageOf(error)}`, { cause: error })
      }
      const bytes = parts.reduce((sum, part) => sum + part.length, 0)
      return { name, bytes, sha256: hashOf(parts) }
    },

    read({ name, bytes, sha256 }) {
      const path = pathBelow(folder, name)
      let content: Uint8Array
      try {
        content = readFileSync(path)
      } catch (error) {
        throw damaged(`${path} ${reasonOf(error)}`, error)
      }
      const flaw = difference({ bytes, sha256 }, content.length, () => hashOf([content]))
      if (flaw !== undefined) throw damaged(`${path} ${flaw}`)
      return content
    },

    flawOf({ name, bytes, sha256 }) {
      try {
        const path = pathBelow(folder, name)
        return difference({ bytes, sha256 }, statSync(path).size, () => hashOf(pieces(path)))
      } catch (error) {
        return reasonOf(error)
      }
    },

    list(name) {
      const path = name === '' ? folder : pathBelow(folder, name)
      try {
        return readdirSync(path, { withFileTypes: true }).map((entry) => ({
          name: name === '' ? entry.name : `${name}/${entry.name}`,
          isFolder: entry.isDirectory(),
        }))
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
        throw new SwathError('artifact', `${path} can't be read: ${messageOf(error)}`, { cause: error })
      }
    },

    remove(names) {
      // A name that leads out of the folder names nothing in it.
      for (const name of names) if (flawOfName(name) === undefined) removeAll(pathBelow(folder, name))
    },

    clear() {
      removeAll(folder)
    },
  }
}

function removeAll(path: string): void {
  try {
    rmSync(path, { force: true, recursive: true })
  } catch (error) {
    throw new SwathError('artifact', `${path} can't be removed: ${messageOf(error)}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is gone' : `can't be read: ${messageOf(error)}`
}

/** Creates the folders of an artifact that do not exist yet, the outermost first. */
function createFoldersLike(folder: string, like: string, name: string): void {
  const within = name.split('/').slice(0, -1)
  const below = within.map((_, k) => within.slice(0, k + 1).join('/'))
  const pairs = [[folder, ''] as const, ...below.map((each) => [pathBelow(folder, each), each] as const)]
  for (const [path, other] of pairs) {
    if (existsSync(path)) continue
    createFolderWithRights(path, rightsIn(like, other))
    flush(dirname(path))
  }
}

/** The rights of a file or a folder, or of the nearest folder above it that is there. An empty name is the folder itself. */
function rightsIn(folder: string, name: string): Rights {
  try {
    return rightsOf(name === '' ? folder : pathBelow(folder, name))
  } catch (error) {
    if (name === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return rightsIn(folder, name.split('/').slice(0, -1).join('/'))
  }
}

function* pieces(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    yield* readPieces(file)
  } finally {
    closeSync(file)
  }
}

function hashOf(parts: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
