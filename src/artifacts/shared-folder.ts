import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, SwathError } from '../errors.ts'
import { pathBelow } from '../path-below.ts'
import type { Artifacts } from './artifacts.ts'
import type { ListedFile, SharedArtifacts } from './shared.ts'
import { shortageOf } from './shortage.ts'

/** Artifacts of a store that one machine uses: its folder is the place, and nothing is carried. */
export function sharedFolder(host: Artifacts): SharedArtifacts {
  return {
    location: host.location,
    host,
    isCarried: false,
    areThere: () => Promise.resolve(host.areThere()),
    publish: () => Promise.resolve(),
    fetch: () => Promise.resolve(),
    read: (artifact) => attempt(() => host.read(artifact)),
    flawsOf: (artifacts) =>
      attempt(
        () =>
          new Map(
            artifacts.flatMap((artifact) => {
              const flaw = host.flawOf(artifact)
              return flaw === undefined ? [] : [[artifact.name, flaw] as const]
            }),
          ),
      ),
    async *list(prefix = '') {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      const path = folder === '' ? host.location : pathBelow(host.location, folder)
      for await (const file of filesBelow(path, folder)) if (file.name.startsWith(prefix)) yield file
    },
    remove: (names) =>
      attempt(() => {
        host.remove(names)
      }),
    obstacle: shortageOf,
    close: () => Promise.resolve(),
  }
}

/** @param folder its name among the artifacts: `''`, or one that ends in `/` */
async function* filesBelow(path: string, folder: string): AsyncGenerator<ListedFile> {
  const entries = await entriesOf(path)
  if (entries?.length === 0 && folder !== '') yield { name: folder, bytes: 0 }
  for (const entry of entries ?? []) {
    const name = `${folder}${entry.name}`
    const at = join(path, entry.name)
    if (entry.isDirectory()) yield* filesBelow(at, `${name}/`)
    else yield { name, bytes: await bytesOf(at) }
  }
}

async function entriesOf(folder: string): Promise<Dirent[] | undefined> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isGone(error)) return undefined
    throw new SwathError('artifact', `${folder} can't be read: ${messageOf(error)}`, { cause: error })
  }
}

/** One that goes meanwhile takes no room. */
async function bytesOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (isGone(error)) return 0
    throw error
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** What it throws is a rejection. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}
