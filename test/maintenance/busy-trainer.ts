import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { onTestFinished } from 'vitest'

export interface BusyTrainer {
  /** Resolves when it has trained one epoch more. */
  epoch(): Promise<void>
  /** Has it end its trial; resolves when it is gone. */
  end(): Promise<void>
  kill(): Promise<void>
}

/** Another process that trains the first queued trial of a store, see train-busily.ts. */
export async function busyTrainer(location: string): Promise<BusyTrainer> {
  const script = fileURLToPath(new URL('train-busily.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, location], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines = createInterface(child.stdout)
  const epoch = async () => {
    await Promise.race([once(lines, 'line'), gone.then(() => Promise.reject(new Error('the trainer is gone')))])
  }
  await epoch()
  return {
    epoch,
    async end() {
      child.stdin.write('.')
      const [code] = (await gone) as [number | null]
      if (code !== 0) throw new Error(`the trainer ended with ${String(code)}`)
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
