import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import type { Answer, Request } from './protocol.ts'

/** A process that trains when it is asked, on a core of its own. */
export class Contestant {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(command: readonly string[], core: number) {
    const pinned = process.platform === 'linux' ? ['taskset', '-c', String(core), ...command] : command
    const [program = '', ...args] = pinned
    // What it warns of is not what this is about; a contestant that dies says so by its silence.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', process.env.BENCH_DEBUG ? 'inherit' : 'ignore'] })
    this.#child = child
    const lines: Interface = createInterface(child.stdout)
    this.#lines = lines[Symbol.asyncIterator]()
  }

  async ask(request: Request): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`)
    const line = await this.#lines.next()
    return line.done === true ? { error: 'the process ended' } : (JSON.parse(line.value) as Answer)
  }

  close(): void {
    this.#child.kill()
  }
}
