import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { packageRoot } from '../package-root.ts'
import { userEnvironment } from '../tensorflow/environment.ts'

interface Page {
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>
  close(): void
}

/**
 * Opens the page of a store in a process of its own, so that the page takes nothing from training. Resolves once the
 * process has printed its address, which holds a token of this start. It ends with Ctrl-C, like the run beside it.
 */
export async function openPageBeside(location: string): Promise<Page> {
  const page = spawn(process.execPath, [join(packageRoot, 'bin', 'swath.js'), 'serve', '--open', '--port', '0'], {
    // The page starts runs, whose commands get the user's own variables.
    env: { ...userEnvironment(), SWATH_STORE: location },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(page, 'exit')
  const lines = createInterface(page.stderr)
  const [first] = (await Promise.race([once(lines, 'line'), ended])) as unknown[]
  if (typeof first === 'string') process.stderr.write(`${first}\n`)
  return {
    ended,
    close: () => {
      page.kill('SIGINT')
    },
  }
}
