import { spawnSync } from 'node:child_process'
import { vi } from 'vitest'

/** Resolves once no process has this id; one that nobody has collected yet (a zombie) is no more. */
export function gone(pid: number): Promise<void> {
  return vi.waitFor(
    () => {
      const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      if (!/^(Z.*)?$/.test(stdout.trim())) throw new Error(`process ${pid} is still there`)
    },
    { timeout: 20_000, interval: 50 },
  )
}

/** Throws unless there is such a process. */
export function there(pid: number): number {
  process.kill(pid, 0)
  return pid
}
