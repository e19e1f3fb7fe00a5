import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { asDiskFull, refuseFullDisk } from './disk-space.ts'
import { endOnSignal } from './interruption.ts'
import { flawOfName, pathBelow, pathFrom } from '../path-below.ts'
import { holdPipe, livenessIn, processName } from '../process-pipe.ts'
import type { PhaseReporter } from './progress.ts'

/**
 * A lock that its process has not renewed for `stale` milliseconds belongs to nobody. If that process was merely asleep,
 * both build, each in its own folder, and the one that is ready first wins.
 */
const lockTimes = { stale: 10_000, update: 2_000 }

/** Where this user's compiled parts and decoded data sets are: one place for every checkout and every sweep. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { SWATH_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment
  if (SWATH_CACHE) return resolve(SWATH_CACHE)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'swath')
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'swath', 'cache')
  // The XDG specification has a relative path ignored.
  const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache')
  return join(base, 'swath')
}

/** Returns the folder `name` in the cache, which may not exist yet. A user may keep a part of it elsewhere, behind a link. */
export function cached(name: string): string {
  const flaw = flawOfName(name)
  if (flaw !== undefined) throw new SwathError('setup', `${JSON.stringify(name)} is no name in the cache: ${flaw}`)
  return pathFrom(cacheFolder(), name)
}

/**
 * Makes a folder of the cache, once. `build` fills `folder`, which takes its name when it is complete: it is never seen
 * half-made, whenever a process is killed. What is in `scratch` goes. Of several processes one builds, the others wait.
 * A signal ends this process at once, with the commands that it runs. Throws SwathError('setup') if the cache cannot be
 * written or the disk is full.
 * @param room the bytes that building takes, which have to be free
 */
export async function installOnce(
  name: string,
  build: (folder: string, scratch: string) => Promise<void>,
  report: PhaseReporter,
  room = 0,
): Promise<string> {
  const target = cached(name)
  if (existsSync(target)) return target
  await mkdir(dirname(target), { recursive: true }).catch(refuse)
  const stopListening = endOnSignal()
  try {
    return await installLocked(target, build, report, room)
  } finally {
    stopListening()
  }
}

async function installLocked(
  target: string,
  build: (folder: string, scratch: string) => Promise<void>,
  report: PhaseReporter,
  room: number,
): Promise<string> {
  const release = await lock(target, report)
  try {
    if (existsSync(target)) return target
    await removeLeftovers(target)
    await refuseFullDisk(dirname(target), room)
    holdPipe(cached('processes'))
    const staging = await mkdtemp(`${target}.staging-${processName}@${hostname()}-`).catch(refuse)
    try {
      const [folder, scratch] = [join(staging, 'folder'), join(staging, 'scratch')]
      await mkdir(folder)
      await mkdir(scratch)
      await build(folder, scratch)
      await flush(folder)
      await rename(folder, target).catch((error: unknown) => {
        if (!existsSync(target)) throw error
      })
    } catch (error) {
      throw asDiskFull(error, dirname(target)) ?? error
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
    return target
  } finally {
    await release()
  }
}

/** @returns what gives the lock back */
async function lock(target: string, report: PhaseReporter): Promise<() => Promise<void>> {
  const { lock: acquire } = await import('proper-lockfile')
  const options = {
    ...lockTimes,
    realpath: false,
    lockfilePath: `${target}.lock`,
    // Another process took over while this one slept: harmless, see lockTimes.
    onCompromised: () => undefined,
  }
  const release = await acquire(target, options).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') return refuse(error)
    report('waiting for another process that is setting it up')
    return acquire(target, { ...options, retries: { forever: true, minTimeout: 200, maxTimeout: 1_000 } })
  })
  return () => release().catch(() => undefined)
}

/** What builds have left behind whose process has ended; one that no pipe tells of has, or it would hold the lock. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = `${basename(target)}.staging-`
  for (const entry of await readdir(dirname(target))) {
    if (!entry.startsWith(prefix)) continue
    const [owner = ''] = entry.slice(prefix.length).split('@')
    if (livenessIn(cached('processes'), owner) === 'running') continue
    await rm(pathBelow(dirname(target), entry, 'setup'), { recursive: true, force: true })
  }
}

/** A folder that has its name has its contents, after a power cut too. */
async function flush(folder: string): Promise<void> {
  // There only files that were opened for writing can be flushed.
  if (process.platform === 'win32') return
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = await open(join(entry.parentPath, entry.name))
    await file.sync().finally(() => file.close())
  }
}

function refuse(error: unknown): never {
  const full = asDiskFull(error, cacheFolder())
  if (full !== undefined) throw full
  throw new SwathError('setup', `the cache folder ${cacheFolder()} cannot be written: ${messageOf(error)}`, {
    hint: 'name another with SWATH_CACHE=<folder>',
    cause: error,
  })
}
