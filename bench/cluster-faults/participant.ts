import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import type { Wire } from './wire.ts'

export interface Setting {
  readonly cwd: string
  /** What its clock is wrong by. */
  readonly clockMs: number
}

/** A place for one process of the cluster at a time, with a wire of its own to the database. */
export class Participant {
  readonly wire: Wire
  readonly #swath: readonly string[]
  readonly #environment: NodeJS.ProcessEnv
  readonly #onLine: (line: string) => void
  #child: ChildProcess | undefined
  #said: string[] = []

  constructor(
    wire: Wire,
    {
      swath,
      environment,
      onLine,
    }: {
      /** The command, without its arguments. */
      readonly swath: readonly string[]
      readonly environment: NodeJS.ProcessEnv
      readonly onLine: (line: string) => void
    },
  ) {
    this.wire = wire
    this.#swath = swath
    this.#environment = environment
    this.#onLine = onLine
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  /** The last lines of what it wrote to stderr. */
  get said(): string {
    return this.#said.join('\n')
  }

  /** Resolves when it has ended: to its exit code, null after a signal. */
  async run(args: readonly string[], { cwd, clockMs }: Setting): Promise<number | null> {
    const [program = '', ...first] = this.#swath
    const clock = `--import ${pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href}`
    const child = spawn(program, [...first, ...args], {
      ...{ cwd, stdio: ['ignore', 'ignore', 'pipe'] },
      env: {
        ...{ ...process.env, ...this.#environment, PGPORT: `${this.wire.port}`, NO_COLOR: '1' },
        ...(clockMs !== 0 && { NODE_OPTIONS: clock, CLOCK_SHIFT_MS: `${clockMs}` }),
      },
    })
    this.#child = child
    this.#said = []
    createInterface(child.stderr).on('line', (line) => {
      if (this.#said.push(line) > 40) this.#said.shift()
      this.#onLine(line)
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return code
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  close(): void {
    this.#child?.kill('SIGKILL')
    this.wire.close()
  }
}
