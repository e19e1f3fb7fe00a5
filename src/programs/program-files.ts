import { readFileSync, statSync } from 'node:fs'

import { pathFrom } from '../path-below.ts'
import { filesOf, sha256Of, type ProgramVersion } from './version.ts'

/** A file that was written within this time of being read may be written again without a newer time. */
const clockMs = 50

interface WatchedFile {
  readonly path: string
  readonly expected: string
  readonly isExecutable: boolean
  /** What told the file from a later one when it was last read. */
  stamp: string | undefined
  sha256: string
  /** False while a write could leave the stamp as it is. */
  isSettled: boolean
}

/**
 * The files of the program that a run trains, compared with the version that the store says it trains. A look takes a
 * `stat` a file, some microseconds; a file is read again only if it was written.
 */
export class ProgramFiles {
  /** The SHA-256 of the version; null for a program without files. */
  readonly sha256: string | null
  readonly #files: readonly WatchedFile[]
  readonly #changed = new Set<string>()
  #writes = 0
  #lookedAt = -Infinity

  /** @param folder in which the version's paths start */
  constructor(version: ProgramVersion | undefined, folder: string) {
    this.sha256 = version?.sha256 ?? null
    this.#files = (version === undefined ? [] : filesOf(version)).map(({ path, isExecutable, base64 }) => ({
      ...{ path: pathFrom(folder, path), expected: sha256Of(Buffer.from(base64, 'base64')), isExecutable },
      ...{ stamp: undefined, sha256: '', isSettled: false },
    }))
  }

  /** How often a file was written since the first look. */
  get writes(): number {
    return this.#writes
  }

  /** True once a file had another content: also if it was changed back, because a thread may have loaded the other. */
  get hasChanged(): boolean {
    return this.#changed.size > 0
  }

  /**
   * Looks at each file; returns {@link hasChanged}.
   * @param withinMs a look that was taken so recently is enough
   */
  look({ withinMs = 0 } = {}): boolean {
    const now = performance.now()
    if (now - this.#lookedAt < withinMs) return this.hasChanged
    this.#lookedAt = now
    for (const file of this.#files) this.#lookAt(file)
    return this.hasChanged
  }

  #lookAt(file: WatchedFile): void {
    const found = stampOf(file.path)
    if (found.stamp === file.stamp && file.isSettled) return
    const sha256 = contentOf(file.path)
    if (file.stamp !== undefined && (found.stamp !== file.stamp || sha256 !== file.sha256)) this.#writes++
    file.stamp = found.stamp
    file.sha256 = sha256
    file.isSettled = Date.now() - found.writtenAt > clockMs
    if (sha256 !== file.expected || found.isExecutable !== file.isExecutable) this.#changed.add(file.path)
  }
}

function stampOf(path: string) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return { stamp: 'gone', writtenAt: 0, isExecutable: false }
  const { ino, size, mode, mtimeMs, ctimeMs } = found
  return {
    stamp: `${ino} ${size} ${mode} ${mtimeMs} ${ctimeMs}`,
    writtenAt: Math.max(mtimeMs, ctimeMs),
    isExecutable: (mode & 0o111) !== 0,
  }
}

function contentOf(path: string): string {
  try {
    return sha256Of(readFileSync(path))
  } catch {
    return 'unreadable'
  }
}
