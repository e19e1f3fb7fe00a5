import { endCommands } from './commands.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Until it is released, a signal ends the commands that run, then comes once more: to the default, which ends this
 * process, or to a handler that ends it the second time. So nobody waits for a build that was called off, and no command
 * is left behind, whether the signal came from the terminal or to this process alone.
 * @returns what releases it
 */
export function endOnSignal(): () => void {
  const end = (signal: NodeJS.Signals) => {
    endCommands()
    release()
    process.kill(process.pid, signal)
  }
  const release = () => {
    for (const signal of signals) process.off(signal, end)
  }
  for (const signal of signals) process.on(signal, end)
  return release
}
