import { anyThreadRuns, endThreads } from '../workers/threads.ts'

/** Exit code of a process that was interrupted: 128 + SIGINT. */
export const interruptedExitCode = 130

/** How long an interrupted command may take to end by itself. With what `endNow` takes it is less than two seconds. */
export const endingMs = 1_500
const threadsMs = 250

const signals = ['SIGINT', 'SIGTERM'] as const

export interface Interrupt {
  readonly signal: AbortSignal
  /** Ends the process now, as a second Ctrl-C does. */
  readonly endNow: () => void
  readonly release: () => void
}

/**
 * Turns Ctrl-C and SIGTERM into an abort. The second one ends the process at once, and so does the time: a store that is
 * locked, a server that does not answer, a thread in native code cannot keep it. What is reported and not written yet is
 * spooled as the process exits. A closed terminal does not end a run: it goes on unseen, and `swath show` and `swath cancel`
 * reach it.
 */
export function interruptSignal({
  onFirst,
  onSecond,
  withinMs = endingMs,
}: {
  readonly onFirst: () => void
  /** Called before the process ends; restores the terminal. */
  readonly onSecond: () => void
  /** Infinity for a command that knows itself when it has to end. */
  readonly withinMs?: number
}): Interrupt {
  const controller = new AbortController()
  const endNow = () => {
    onSecond()
    void endProcess()
  }
  const interrupt = () => {
    if (controller.signal.aborted) {
      endNow()
      return
    }
    // It outlives `release`: what follows the abort, as printing results, may wait for the store as well.
    if (withinMs < Infinity) setTimeout(endNow, withinMs).unref()
    // With nothing left to do, Node would wait for a thread that is in native code.
    process.once('beforeExit', () => {
      if (anyThreadRuns()) endNow()
    })
    onFirst()
    controller.abort()
  }
  const goOn = () => undefined
  for (const signal of signals) process.on(signal, interrupt)
  process.on('SIGHUP', goOn)
  return {
    signal: controller.signal,
    endNow,
    release: () => {
      for (const signal of signals) process.off(signal, interrupt)
      process.off('SIGHUP', goOn)
    },
  }
}

/** Exits, after the handlers of `exit`, also where a thread is in native code. */
async function endProcess(): Promise<void> {
  if (await endThreads(threadsMs)) process.exit(interruptedExitCode)
  // `process.exit` would wait for the thread. A signal does not, and a shell sees the same exit code.
  process.emit('exit', interruptedExitCode)
  process.removeAllListeners('exit')
  for (const signal of signals) process.removeAllListeners(signal)
  process.kill(process.pid, 'SIGINT')
  // The first process of a container is not ended by its own signal.
  setTimeout(() => process.exit(interruptedExitCode), 100)
}
