import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { packageRoot } from '../package-root.ts'
import { userEnvironment } from '../tensorflow/environment.ts'

interface Page {
  /** Resolves when somebody has ended it. */
  readonly ended: Promise<unknown>
  close(): void
}

/**
 * Opens the page of a store in a process of its own, so that looking takes nothing from training; resolves once it has said
 * where it is. It ends with Ctrl-C, like what it is opened beside.
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
