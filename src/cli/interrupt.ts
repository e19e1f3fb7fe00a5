/** How a process says that it was interrupted: 128 + SIGINT. */
export const interruptedExitCode = 130

/**
 * Turns Ctrl-C and SIGTERM into an abort; the second one ends the process at once, which loses nothing that was reported.
 * A closed terminal does not end a run: it goes on unseen, and `swath show` and `swath cancel` reach it.
 */
export function interruptSignal(handlers: {
  readonly onFirst: () => void
  /** Before the process ends; restores the terminal. */
  readonly onSecond: () => void
}): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) {
      handlers.onSecond()
      process.exit(interruptedExitCode)
    }
    handlers.onFirst()
    controller.abort()
  }
  const goOn = () => undefined
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, interrupt)
  process.on('SIGHUP', goOn)
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) process.off(signal, interrupt)
      process.off('SIGHUP', goOn)
    },
  }
}
