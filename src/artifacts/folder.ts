import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { makeFolderFlushed, renameFlushed, writeFlushed } from '../write-flushed.ts'
import type { Artifacts } from './artifacts.ts'

/** Artifacts as files of a folder. */
export function artifactFolder(folder: string): Artifacts {
  return {
    location: folder,

    areThere: () => existsSync(folder),

    write(name, parts) {
      const path = join(folder, name)
      const aside = `${path}.${randomUUID()}`
      try {
        makeFolderFlushed(dirname(path))
        writeFlushed(aside, parts)
        renameFlushed(aside, path)
      } catch (error) {
        if (existsSync(aside)) rmSync(aside)
        throw new SwathError('artifact', `${path} can't be written: ${messageOf(error)}`, { cause: error })
      }
      const bytes = parts.reduce((sum, part) => sum + part.length, 0)
      return { name, bytes, sha256: hashOf(parts) }
    },

    read({ name, bytes, sha256 }) {
      const path = join(folder, name)
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
      const path = join(folder, name)
      try {
        return difference({ bytes, sha256 }, statSync(path).size, () => hashOf(pieces(path)))
      } catch (error) {
        return reasonOf(error)
      }
    },

    list(name) {
      try {
        return readdirSync(join(folder, name), { withFileTypes: true }).map((entry) => ({
          name: name === '' ? entry.name : `${name}/${entry.name}`,
          isFolder: entry.isDirectory(),
        }))
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
        throw new SwathError('artifact', `${join(folder, name)} can't be read: ${messageOf(error)}`, { cause: error })
      }
    },

    bytesOf(name) {
      return bytesBelow(join(folder, name))
    },

    remove(names) {
      for (const name of names) {
        const path = join(folder, name)
        try {
          rmSync(path, { force: true, recursive: true })
        } catch (error) {
          throw new SwathError('artifact', `${path} can't be removed: ${messageOf(error)}`, { cause: error })
        }
      }
    },
  }
}

function bytesBelow(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory() !== true) return stats?.size ?? 0
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0)
}

function difference(
  expected: { readonly bytes: number; readonly sha256: string },
  bytes: number,
  sha256: () => string,
): string | undefined {
  if (bytes !== expected.bytes) {
    return `is ${bytes < expected.bytes ? 'cut short' : 'too long'}: expected ${expected.bytes} bytes, found ${bytes}`
  }
  return sha256() === expected.sha256 ? undefined : 'is not the file that the trial wrote: its SHA-256 differs'
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is gone' : `can't be read: ${messageOf(error)}`
}

function damaged(message: string, cause?: unknown): SwathError {
  return new SwathError('artifact', message, { hint: 'train the point again: swath run … --new', cause })
}

const pieceBytes = 1 << 20

function* pieces(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    const piece = new Uint8Array(pieceBytes)
    for (;;) {
      const read = readSync(file, piece)
      if (read === 0) return
      yield piece.subarray(0, read)
    }
  } finally {
    closeSync(file)
  }
}

function hashOf(parts: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
