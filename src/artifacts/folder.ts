import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { writeFlushed } from '../write-flushed.ts'
import type { Artifacts } from './artifacts.ts'

/** Artifacts as files of a folder. */
export function artifactFolder(folder: string): Artifacts {
  return {
    write(name, parts) {
      const path = join(folder, name)
      const aside = `${path}.${randomUUID()}`
      try {
        mkdirSync(dirname(path), { recursive: true })
        writeFlushed(aside, parts)
        renameSync(aside, path)
      } catch (error) {
        if (existsSync(aside)) rmSync(aside)
        throw new SwathError('artifact', `${path} can't be written: ${messageOf(error)}`, { cause: error })
      }
      const bytes = parts.reduce((sum, part) => sum + part.length, 0)
      return { name, bytes, sha256: hashOf(parts) }
    },

    read({ name, bytes, sha256 }) {
      const path = join(folder, name)
      const content = readWhole(path)
      if (content.length !== bytes) {
        throw damaged(`${path} is cut short: expected ${bytes} bytes, found ${content.length}`)
      }
      if (hashOf([content]) !== sha256)
        throw damaged(`${path} is not the file that the trial wrote: its SHA-256 differs`)
      return content
    },

    remove(names) {
      for (const name of names) rmSync(join(folder, name), { force: true })
      for (const parent of new Set(names.map((name) => dirname(join(folder, name))))) removeIfEmpty(parent)
    },

    removeFolders(names) {
      for (const name of names) rmSync(join(folder, name), { recursive: true, force: true })
      removeIfEmpty(folder)
    },
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It holds something, or it is gone.
  }
}

function readWhole(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw damaged(isGone ? `${path} is gone` : `${path} can't be read: ${messageOf(error)}`, error)
  }
}

function damaged(message: string, cause?: unknown): SwathError {
  return new SwathError('artifact', message, { hint: 'train the point again: swath run … --new', cause })
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
