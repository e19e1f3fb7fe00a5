import { setTimeout as delay } from 'node:timers/promises'

interface ThreadPool {
  destroy(): Promise<void>
}

/** The pools whose threads may run, each with its end once that was asked for. */
const pools = new Map<ThreadPool, Promise<void> | undefined>()
/** Those in which a thread trains. */
const busy = new Set<ThreadPool>()
let isEnding = false

export function threadsMayRun(pool: ThreadPool): void {
  pools.set(pool, undefined)
}

/** Forgets a pool whose thread could not start: there is nothing to end, and its task is still queued in it. */
export function forgetPool(pool: ThreadPool): void {
  pools.delete(pool)
  busy.delete(pool)
}

export function threadTrains(pool: ThreadPool, isBusy: boolean): void {
  if (isBusy) busy.add(pool)
  else busy.delete(pool)
}

export function anyThreadTrains(): boolean {
  return busy.size > 0
}

export function anyThreadRuns(): boolean {
  return pools.size > 0
}

/** True once no thread may go on: what ends then was not ended by its program. */
export function threadsAreEnding(): boolean {
  return isEnding
}

/** Ends the threads of a pool. Resolves when they have ended, which one in native code does not before it leaves that. */
export function endPool(pool: ThreadPool): Promise<void> {
  const end = pools.get(pool) ?? pool.destroy().finally(() => pools.delete(pool))
  pools.set(pool, end)
  return end
}

/** Ends all threads. Resolves to false if one is still in native code after a while: nothing ends it but the process. */
export async function endThreads(withinMs: number): Promise<boolean> {
  isEnding = true
  const over = new AbortController()
  const late = delay(withinMs, false, { signal: over.signal }).catch(() => false)
  const ended = Promise.allSettled([...pools.keys()].map(endPool)).then(() => true)
  try {
    return await Promise.race([ended, late])
  } finally {
    over.abort()
  }
}
