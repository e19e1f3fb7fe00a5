import type { Stats } from 'node:fs'
import { access, constants, lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'

import { messageOf } from '../errors.ts'
import { flawOfName, isRooted, pathFrom, staysIn } from '../path-below.ts'
import { isCheckpoint } from './strays.ts'

/** What a trial's folder holds besides checkpoints: what can be packed, and what cannot. */
export interface FolderContents {
  /** Paths from the folder, with `/`; a folder comes before what is in it. */
  readonly paths: readonly string[]
  /** Targets of the symbolic links among them, as they are packed: relative, and inside the folder. */
  readonly links: ReadonlyMap<string, string>
  readonly leftOut: readonly LeftOut[]
  /** Changes when the folder does, as far as one can see without reading its files; `''` if it holds nothing. */
  readonly looks: string
}

export interface LeftOut {
  readonly path: string
  /** What is wrong with it, and what to do. */
  readonly reason: string
}

/**
 * Lists a trial's folder. What {@link unpack} would refuse on another host is left out, with the reason: a link that leads
 * out of the folder means another file there, and a name that is not UTF-8 has no text.
 */
export async function contentsOf(folder: string): Promise<FolderContents> {
  const walk = new Walk([...new Set([resolve(folder), await realpath(folder).catch(() => folder)])])
  await walk.visit(folder, '')
  const { paths, links, leftOut, looks } = walk
  return { paths, links, leftOut, looks: looks.join('\n') }
}

/** Checkpoints, and packs, have rows of their own. */
export async function ownNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(isOwn)
}

/** False of a checkpoint, a pack, and the file of a command's arguments. */
export function isOwn(name: string): boolean {
  return !isCheckpoint(name) && name !== 'args.json'
}

class Walk {
  readonly #roots: readonly string[]
  readonly paths: string[] = []
  readonly links = new Map<string, string>()
  readonly leftOut: LeftOut[] = []
  readonly looks: string[] = []

  /** @param roots the folder's path, and its real one: absolute links in it may begin with either */
  constructor(roots: readonly string[]) {
    this.#roots = roots
  }

  /** @param below path of the folder from the root, which ends in `/`; `''` for the root */
  async visit(folder: string, below: string): Promise<void> {
    const names = await readdir(folder, 'buffer').catch((error: unknown) => this.#unreadable(below, error))
    for (const bytes of names.sort((a, b) => a.compare(b))) {
      const name = bytes.toString()
      if (below === '' && !isOwn(name)) continue
      const path = below + name
      if (!Buffer.from(name).equals(bytes)) {
        this.looks.push(`${path} ${bytes.toString('hex')}`)
        this.#leaveOut(path, 'its name is not UTF-8; rename it')
        continue
      }
      const stats = await lstat(pathFrom(folder, name)).catch(() => undefined)
      if (stats === undefined) continue
      this.looks.push(`${path} ${stats.ino} ${stats.size} ${stats.mode} ${stats.mtimeMs}`)
      await this.#add(path, stats)
    }
  }

  async #add(path: string, stats: Stats): Promise<void> {
    const [root = ''] = this.#roots
    const at = pathFrom(root, `./${path}`)
    const flaw = flawOfEntry(path)
    if (flaw !== undefined) this.#leaveOut(path, `${flaw}; rename it`)
    else if (stats.isDirectory()) {
      this.paths.push(path)
      await this.visit(at, `${path}/`)
    } else if (stats.isSymbolicLink()) await this.#addLink(path, at)
    else if (!stats.isFile()) this.#leaveOut(path, 'it is no file: a socket, a pipe or a device')
    else {
      const error: unknown = await access(at, constants.R_OK).catch((error: unknown) => error)
      if (error === undefined) this.paths.push(path)
      else this.#unreadable(path, error)
    }
  }

  async #addLink(path: string, at: string): Promise<void> {
    const bytes = await readlink(at, 'buffer')
    const text = bytes.toString()
    const target = Buffer.from(text).equals(bytes) && !text.includes('\n') ? this.#targetOf(at, text) : undefined
    if (target === undefined) {
      this.#leaveOut(path, `it is a link out of the folder, to ${text}; link to a file in the folder, or copy it there`)
      return
    }
    this.paths.push(path)
    this.links.set(path, target)
  }

  /** The target relative to the link; undefined if it is outside. Whether there is something does not matter. */
  #targetOf(at: string, text: string): string | undefined {
    const root = isAbsolute(text) ? this.#roots.find((each) => staysIn(each, each, text)) : this.#roots[0]
    if (root === undefined || !staysIn(root, dirname(at), text.replaceAll('\\', '/'))) return undefined
    const target = isAbsolute(text) ? fromLink(at, this.#roots[0] ?? '', relative(root, text)) : text
    return isRooted(target) ? `./${target}` : target
  }

  #unreadable(path: string, error: unknown): Buffer[] {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      this.#leaveOut(path.replace(/\/$/, '') || '.', `it cannot be read: ${messageOf(error)}`)
    }
    return []
  }

  #leaveOut(path: string, reason: string): void {
    this.leftOut.push({ path, reason })
  }
}

/** @param below path of the target from the root */
function fromLink(at: string, root: string, below: string): string {
  return relative(dirname(at), pathFrom(root, below)).split(sep).join('/') || '.'
}

/** Packed, every path begins with `./`: no name in it is a drive or an option. */
function flawOfEntry(path: string): string | undefined {
  // The tar format ends the records of long names with one.
  if (path.includes('\n')) return 'its name contains a line break'
  const flaw = flawOfName(`./${path}`)
  return flaw === undefined ? undefined : `its name is none on every system: ${flaw}`
}
