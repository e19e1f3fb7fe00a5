import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'

import { pathBelow } from './path-below.ts'

/** `unknown` where there is no pipe to ask: of another host, of an older swath, on a disk that has no pipes. */
export type Liveness = 'running' | 'ended' | 'unknown'

/** Names this process in rows and in the names of files. A pid would not do: other namespaces and later processes have it. */
export const processName = randomBytes(8).toString('hex')

const { O_RDONLY, O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = constants
/** Pipes of processes that ended stay this long, so that others can tell that they ended. */
const keptMs = 24 * 3_600_000
const held = new Map<string, number>()

/**
 * Holds a named pipe of this process open for reading, in a folder that others look into. The kernel closes it when the
 * process ends, however it ends, and keeps it open while the process is stopped. Other users may write, which is how they
 * ask, and not read: a reader keeps the pipe open. Where there can be no pipe nothing is held, and others go by leases.
 */
export function holdPipe(folder: string): void {
  if (held.has(folder)) return
  try {
    mkdirSync(folder, { recursive: true })
    removeOld(folder)
    const path = pathBelow(folder, processName)
    // The pipe gets its name once it is open, so that no other process finds it without a reader.
    const { status } = spawnSync('mkfifo', ['-m', '622', `${path}.new`], { stdio: 'ignore' })
    if (status !== 0) return
    held.set(folder, openSync(`${path}.new`, O_RDONLY | O_NONBLOCK))
    renameSync(`${path}.new`, path)
  } catch {
    // Leases decide.
  }
}

/**
 * Removes this process's pipe, once nothing names this process any more. A process that exits before leaves its pipe, by
 * which others see at once that it has ended.
 */
export function releasePipe(folder: string): void {
  const pipe = held.get(folder)
  if (pipe === undefined) return
  held.delete(folder)
  closeSync(pipe)
  rmSync(pathBelow(folder, processName), { force: true })
  try {
    rmdirSync(folder)
  } catch {
    // It holds another process's pipe, or is gone.
  }
}

/** Whether the process of a name runs, by its pipe in a folder. */
export function livenessIn(folder: string, name: string): Liveness {
  if (name === processName) return 'running'
  // A name from a row becomes part of a path.
  if (!/^[0-9a-f]{16}$/.test(name)) return 'unknown'
  try {
    const pipe = openSync(pathBelow(folder, name), O_WRONLY | O_NONBLOCK | O_NOFOLLOW)
    try {
      return fstatSync(pipe).isFIFO() ? 'running' : 'unknown'
    } finally {
      closeSync(pipe)
    }
  } catch (error) {
    // ENXIO: no process has the pipe open for reading.
    return (error as NodeJS.ErrnoException).code === 'ENXIO' ? 'ended' : 'unknown'
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = pathBelow(folder, name)
    if (livenessIn(folder, name) === 'ended' && Date.now() - statSync(path).mtimeMs > keptMs)
      rmSync(path, { force: true })
  }
}
