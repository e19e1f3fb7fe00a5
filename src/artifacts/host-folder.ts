import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pathBelow } from '../path-below.ts'
import { isRunning } from '../process-running.ts'
import { cached } from '../setup/cache.ts'

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

/** Folders of processes of this host that are gone. */
export function foldersLeftBehind(): string[] {
  const folder = cached('artifacts')
  return namesIn(folder).flatMap((name) => {
    const [, pid, host] = /^(\d+)@(.*)-[^-]+$/.exec(name) ?? []
    return host === hostname() && !isRunning(Number(pid)) ? [pathBelow(folder, name)] : []
  })
}

function newFolder(): string {
  return pathBelow(cached('artifacts'), `${process.pid}@${hostname()}-${randomUUID().slice(0, 8)}`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
