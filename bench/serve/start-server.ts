import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const cli = join(import.meta.dirname, '..', '..', 'bin', 'swath.js')
const ticksPerSecond = 100

/** `swath serve` in a folder, as a user starts it; without a token, which costs a request microseconds. */
export async function startServer(folder: string) {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--no-token'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [line] = (await once(createInterface(child.stderr), 'line')) as [string]
  const url = /http:\S+/.exec(line)?.[0] ?? ''
  return {
    url,
    /** Of the server and the process that answers its questions, in seconds. */
    cpuSeconds: () =>
      secondsOf(child.pid ?? 0) + childrenOf(child.pid ?? 0).reduce((sum, pid) => sum + secondsOf(pid), 0),
    async end() {
      const gone = once(child, 'exit')
      child.kill('SIGINT')
      await gone
    },
  }
}

function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
