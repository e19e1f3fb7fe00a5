import { createHash } from 'node:crypto'
import { readdirSync, readlinkSync, statSync, type BigIntStats } from 'node:fs'
import { pathFrom } from '../../path-below.ts'

/** What happened to a database that is open. */
export interface Displacement {
  /** What follows the name of the store: `was removed`. */
  readonly what: string
  /** True where all of it is still in one place under one name: nothing has to be rescued. */
  readonly isWhole: boolean
  /** The name that the database has now, where that is known. */
  readonly path: string | undefined
}

/**
 * The names of an open database, of its log and of the log's index. SQLite works on open files, whatever becomes of their
 * names: what is written under a name that is gone, or is another file's by now, is lost when the process ends.
 */
export class OpenNames {
  readonly #given: string
  readonly #path: string
  /** What each name stood for when it was first seen. */
  readonly #known = new Map<string, Identity>()

  /**
   * @param given the path that the user named
   * @param path the file itself, with all links followed
   */
  constructor(given: string, path: string) {
    this.#given = given
    this.#path = path
    this.displacement()
  }

  /** Returns what happened to the names since they were first seen; undefined if each still stands for its file. */
  displacement(): Displacement | undefined {
    for (const [ending, what] of [
      ['', undefined],
      ['-wal', 'lost its log'],
      ['-shm', 'lost the index of its log'],
    ] as const) {
      const path = `${this.#path}${ending}`
      const change = this.#changeOf(path)
      if (change === undefined) continue
      if (what === undefined) return this.#moved(change)
      return { what: `${what}: ${path} was ${change}`, isWhole: false, path: this.#path }
    }
    return this.#otherTarget()
  }

  /** True where a name still stands for the file that it stood for when the database was opened. */
  isOwn(path: string): boolean {
    const known = this.#known.get(path)
    return known !== undefined && isSame(known, identityOf(path))
  }

  /**
   * Returns a number of 32 bits, never 0, that processes share which have the same database and the same log open. A file
   * system gives the number of a removed file to the next one: only the time of its creation tells the two apart.
   *
   * @returns undefined where the file system keeps no such time
   */
  tag(): number | undefined {
    const [database, log] = ['', '-wal'].map((ending) => this.#known.get(`${this.#path}${ending}`))
    if (database === undefined || database.birthtimeNs === 0n) return undefined
    const text = [database.dev, database.ino, database.birthtimeNs, log?.dev, log?.ino].join(':')
    return createHash('sha256').update(text).digest().readUInt32BE() || 1
  }

  /** A file that is seen for the first time is remembered. */
  #changeOf(path: string): 'removed' | 'replaced' | undefined {
    const known = this.#known.get(path)
    const now = identityOf(path)
    if (known === undefined) {
      if (now !== undefined && now !== 'unknown') this.#known.set(path, now)
      return undefined
    }
    if (now === 'unknown' || isSame(known, now)) return undefined
    return now === undefined ? 'removed' : 'replaced'
  }

  #moved(change: 'removed' | 'replaced'): Displacement {
    const path = this.#nameNow()
    if (path === undefined) return { what: `was ${change}`, isWhole: false, path }
    const isWhole = ['-wal', '-shm'].every((ending) => {
      const known = this.#known.get(`${this.#path}${ending}`)
      return known === undefined || isSame(known, identityOf(`${path}${ending}`))
    })
    return { what: `was renamed to ${path}`, isWhole, path }
  }

  /** A link on the way that leads to another file now: what is open is whole, and stays where it was. */
  #otherTarget(): Displacement | undefined {
    const known = this.#known.get(this.#path)
    const now = identityOf(this.#given)
    if (known === undefined || now === 'unknown' || isSame(known, now)) return undefined
    return { what: 'leads to another file', isWhole: true, path: this.#path }
  }

  /** The name that the system knows for the open file; undefined where it has none, or the system does not tell. */
  #nameNow(): string | undefined {
    const known = this.#known.get(this.#path)
    for (const descriptor of descriptors()) {
      const link = pathFrom(openFiles, descriptor)
      if (known === undefined || !isSame(known, identityOf(link))) continue
      const path = readlinkSync(link)
      if (isSame(known, identityOf(path))) return path
    }
    return undefined
  }
}

type Identity = Pick<BigIntStats, 'dev' | 'ino' | 'birthtimeNs'>

/** `unknown` where the system cannot say, as on a network disk that does not answer. */
function identityOf(path: string): Identity | 'unknown' | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    const isGone = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
    return isGone ? undefined : 'unknown'
  }
}

function isSame(a: Identity, b: Identity | 'unknown' | undefined): boolean {
  return typeof b === 'object' && a.dev === b.dev && a.ino === b.ino
}

/** Where Linux lists the open files of this process. */
const openFiles = '/proc/self/fd'

function descriptors(): string[] {
  try {
    return readdirSync(openFiles)
  } catch {
    return []
  }
}
