import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, createWriteStream, openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { messageOf, SwathError } from '../errors.ts'
import type { Installation } from './install.ts'

export interface RunningServer {
  readonly pid: number
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<unknown>
  /** Ends it, whoever is connected; what was committed is on disk then. */
  stop(): Promise<void>
}

/** Stops the server when the pipe ends that this process holds, unless it is told before that all is over. */
const watchdogScript = `trap '' HUP INT TERM; read -r _ || kill -INT "$1"`
const ready = 'database system is ready to accept connections'
const mostLines = 20

/** Resolves when the server takes connections. @throws SwathError('setup') with what it says if it doesn't start */
export async function runServer(
  folder: string,
  { postgres, data, account, env }: Installation,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const log = createWriteStream('', { fd: openLog(folder) })
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // A group of its own: Ctrl-C is for who keeps it, who then stops it.
  const child = spawn(postgres, ['-D', data, ...options], {
    ...{ ...account, env, detached: true },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(child, 'spawn')
  const { pid = 0 } = child
  const watchdog = spawn('sh', ['-c', watchdogScript, 'sh', `${pid}`], {
    ...{ env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  })
  watchdog.on('error', () => undefined)
  watchdog.stdin.on('error', () => undefined)
  const ended = once(child, 'close').then(() => {
    watchdog.stdin.end('it has ended\n')
  })
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      log.write(`${line}\n`)
      if (said.push(line) > mostLines) said.shift()
      if (line.includes(ready)) resolve()
    })
    void ended.then(() => {
      log.end()
      reject(doesNotStart(folder, said))
    })
  })
  return {
    ...{ pid, ended },
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

/** The folder may be another user's, and root must not write through a link in it. */
function openLog(folder: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants
  const path = join(folder, 'log')
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
  } catch (error) {
    throw new SwathError('setup', `${path} cannot be written: ${messageOf(error)}`, {
      hint: 'remove it: it is to be a plain file',
      cause: error,
    })
  }
}

function doesNotStart(folder: string, said: readonly string[]): SwathError {
  const fatal = said.findLast((line) => /FATAL|could not/.test(line)) ?? said.at(-1) ?? 'it says nothing'
  const isRunning = said.some((line) => line.includes('lock file'))
  return new SwathError('setup', `PostgreSQL does not start in ${folder}: ${fatal.replace(/^.*?FATAL:\s*/, '')}`, {
    hint: isRunning
      ? 'a server runs there already: use that one, or end it'
      : `name another port with --port; ${join(folder, 'log')} says more`,
  })
}
