import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pathBelow } from '../path-below.ts'
import { holdPipe, livenessIn, processName } from '../process-pipe.ts'
import { cached } from '../setup/cache.ts'

const silentMs = 24 * 3_600_000

/** In a host's folder: what its process could not hand in. The files beside it are kept as long as it is there. */
export const journalName = 'journal.jsonl'

/**
 * A folder of this process's own in the user's cache, for artifacts that are kept elsewhere; it is made with the first
 * file. What processes of this host have left there that were killed goes, unless there is a journal with it.
 */
export function hostFolder(): string {
  for (const folder of foldersLeftBehind()) {
    if (existsSync(join(folder, journalName))) continue
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another user's, or another process removes it.
    }
  }
  return newFolder()
}

/** Takes over a folder that was left behind; undefined if another process has it by now. */
export function claimFolder(folder: string): string | undefined {
  const own = newFolder()
  try {
    renameSync(folder, own)
    return own
  } catch {
    return undefined
  }
}

/** Folders of processes of this host that have ended. */
export function foldersLeftBehind(): string[] {
  const folder = cached('artifacts')
  return namesIn(folder).flatMap((name) => {
    const [, owner = '', host] = /^([0-9a-f]+)@(.*)-[^-]+$/.exec(name) ?? []
    const path = pathBelow(folder, name)
    return host === hostname() && hasEnded(owner, path) ? [path] : []
  })
}

/** Where there is no pipe to ask, as of an older swath: nothing has been written for a day. */
function hasEnded(owner: string, folder: string): boolean {
  const liveness = livenessIn(cached('processes'), owner)
  if (liveness !== 'unknown') return liveness === 'ended'
  try {
    const journal = join(folder, journalName)
    return Date.now() - statSync(existsSync(journal) ? journal : folder).mtimeMs > silentMs
  } catch {
    return false
  }
}

function newFolder(): string {
  holdPipe(cached('processes'))
  return pathBelow(cached('artifacts'), `${processName}@${hostname()}-${randomUUID().slice(0, 8)}`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
