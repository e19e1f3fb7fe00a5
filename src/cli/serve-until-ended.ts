import type { LayoutOptions } from '../run/machine.ts'
import { serve } from '../run/serve.ts'
import { hostDisplay } from './display/host.ts'
import { setupProgress } from './display/setup-progress.ts'
import { interruptSignal } from './interrupt.ts'

/** A worker before the user's eyes: the first Ctrl-C or SIGTERM drains it, the second one ends it. */
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
  let timer: NodeJS.Timeout | undefined
  const interrupt = interruptSignal({
    onFirst: () => {
      observer.note(
        `Draining: what trains has ${graceSeconds} s for its next checkpoint, then it is handed back. Once more ends at once.`,
      )
      timer = setTimeout(() => {
        now.abort()
      }, graceSeconds * 1000)
    },
    onSecond: () => undefined,
  })
  try {
    await serve({ ...options, setup: await setupProgress(), observer, draining: interrupt.signal, signal: now.signal })
  } finally {
    clearTimeout(timer)
    interrupt.release()
  }
}
