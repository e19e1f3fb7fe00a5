import { setTimeout as delay } from 'node:timers/promises'

/** Waits between attempts, in milliseconds: a deadlock is over at once, an administrator's mistake takes longer. */
const pausesMs = [50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]

interface Briefly {
  /** Why the server, which is there, did not do what it was asked; undefined for an error that comes again. */
  readonly setback: ((error: unknown) => string | undefined) | undefined
  /** Is told when work is tried again for the first time. */
  readonly note: (reason: string) => void
  readonly signal: AbortSignal
}

/**
 * Works again for some ten seconds where a server cancels it, or fails it for a reason that it may not have the next time.
 * @throws what the last attempt threw
 */
export async function retryBriefly<T>(work: () => Promise<T>, { setback, note, signal }: Briefly): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const pause = pausesMs[attempt]
      const reason = setback?.(error)
      if (reason === undefined || pause === undefined || signal.aborted) throw error
      if (attempt === 0) note(reason)
      await delay(pause, undefined, { signal }).catch(() => undefined)
    }
  }
}
