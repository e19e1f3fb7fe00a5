import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

import { onTestFinished } from 'vitest'

import type { Coordinator } from '../../src/store/coordinators.ts'

const entry = resolve('test/store/take-sweep.ts')

/** A process that has taken a sweep, or has been refused. */
export interface OtherProcess {
  readonly child: ChildProcess
  readonly self: Coordinator
  /** Who holds the sweep, if not this process. */
  readonly holder: Coordinator | undefined
  /** Resolves when it was killed and is gone. */
  kill(): Promise<void>
}

/** Starts a process that takes a sweep and waits. @param within what it is started by, as `unshare --pid --fork` */
export async function otherProcess(
  location: string,
  sweepId: number,
  within: readonly string[] = [],
): Promise<OtherProcess> {
  const [command, ...args] = [...within, process.execPath, '--import', 'tsx', entry, location, `${sweepId}`]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  // What it was started by may end before it does.
  const ended = once(child, 'close')
  const line = once(createInterface(child.stdout), 'line')
  const failed = ended.then(() => Promise.reject(new Error('the process ended before it took the sweep')))
  const [said] = (await Promise.race([line, failed])) as [string]
  const { self, holder } = JSON.parse(said) as Pick<OtherProcess, 'self' | 'holder'>
  return {
    ...{ child, self, holder },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
