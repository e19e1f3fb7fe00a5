import type { LayoutOptions } from '../run/machine.ts'
import { serve } from '../run/serve.ts'
import { anyThreadTrains } from '../workers/threads.ts'
import { hostDisplay } from './display/host.ts'
import { setupProgress } from './display/setup-progress.ts'
import { endingMs, interruptSignal } from './interrupt.ts'

/**
 * Trains for a store that hosts share. The first Ctrl-C or SIGTERM drains it: what trains has its grace, and where nothing
 * trains it ends within two seconds. The second one ends it at once.
 */
export async function serveUntilEnded({
  graceSeconds,
  ...options
}: {
  readonly store: string
  readonly machine: LayoutOptions
  readonly tags: readonly string[]
  readonly graceSeconds: number
}): Promise<void> {
  const observer = hostDisplay()
  const now = new AbortController()
  const timers: NodeJS.Timeout[] = []
  const interrupt = interruptSignal({
    onFirst: () => {
      observer.note(
        `Draining: what trains has ${graceSeconds} s for its next checkpoint, then it is handed back. Once more ends at once.`,
      )
      timers.push(
        setTimeout(() => {
          now.abort()
          setTimeout(interrupt.endNow, endingMs).unref()
        }, graceSeconds * 1000),
        onceIdle(interrupt.endNow),
      )
    },
    onSecond: () => undefined,
    withinMs: Infinity,
  })
  try {
    await serve({ ...options, setup: await setupProgress(), observer, draining: interrupt.signal, signal: now.signal })
  } finally {
    for (const timer of timers) clearTimeout(timer)
    interrupt.release()
  }
}

/** Ends a worker that trains nothing any more and still waits, for a store that does not answer. */
function onceIdle(end: () => void): NodeJS.Timeout {
  let idleSince: number | undefined
  return setInterval(() => {
    idleSince = !anyThreadTrains() ? (idleSince ?? performance.now()) : undefined
    if (idleSince !== undefined && performance.now() - idleSince >= endingMs) end()
  }, endingMs / 15).unref()
}
