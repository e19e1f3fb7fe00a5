import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../process-running.ts'
import { cached } from '../setup/cache.ts'

/**
 * A folder of this process's own in the user's cache, for artifacts that are kept elsewhere; it is made with the first
 * file. What processes of this host have left there that were killed goes.
 */
export function hostFolder(): string {
  const folder = cached('artifacts')
  for (const name of namesIn(folder)) {
    const [, pid, host] = /^(\d+)@(.*)-[^-]+$/.exec(name) ?? []
    if (host !== hostname() || isRunning(Number(pid))) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // Another user's, or another process removes it.
    }
  }
  return join(folder, `${process.pid}@${hostname()}-${randomUUID().slice(0, 8)}`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
