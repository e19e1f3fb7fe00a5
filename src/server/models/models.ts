import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { SwathError } from '../../errors.ts'
import { withoutPasswords } from '../../shown-location.ts'
import { storeVariable, type ModelAnswer, type ModelTaskKind, type ModelTasks } from './protocol.ts'

const extension = extname(import.meta.url)
const entry = fileURLToPath(new URL(`../../../workers/models${extension}`, import.meta.url))
/** TensorFlow takes a few hundred megabytes: it goes when nobody has asked for that long. */
const idleMs = 300_000

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** Uses trained models in a process of its own: a page's server starts without TensorFlow and outlives whatever it does. */
export class Models {
  readonly #location: string
  readonly #waiting = new Map<number, Waiting>()
  #process: ChildProcess | undefined
  #idle: NodeJS.Timeout | undefined
  #last = 0

  /** @param location of the store, as after `--store` */
  constructor(location: string) {
    this.#location = location
  }

  /** Tasks are done one after the other. @throws what the task does */
  run<Kind extends ModelTaskKind>(kind: Kind, task: ModelTasks[Kind]['task']): Promise<ModelTasks[Kind]['result']> {
    const child = (this.#process ??= this.#start())
    clearTimeout(this.#idle)
    const id = ++this.#last
    return new Promise<ModelTasks[Kind]['result']>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      child.send({ id, kind, task }, () => undefined)
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const child = this.#process
    if (child === undefined) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  #start(): ChildProcess {
    const child = fork(entry, [], {
      env: { ...process.env, [storeVariable]: this.#location },
      execArgv: extension === '.ts' ? ['--import', 'tsx'] : [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    if (child.stderr !== null) relay(child.stderr)
    child.on('message', (answer: ModelAnswer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(errorOf(answer.error))
      else waiting?.resolve(answer.result)
      if (this.#waiting.size === 0) this.#idle = setTimeout(() => child.kill(), idleMs).unref()
    })
    child.once('exit', (code, signal) => {
      this.#process = undefined
      const how = signal ?? `exit code ${code}`
      for (const { reject } of this.#waiting.values()) {
        reject(new SwathError('artifact', `the process that uses models ended (${how})`, { hint: 'try once more' }))
      }
      this.#waiting.clear()
    })
    return child
  }
}

/** Prints what another process says, line by line: control characters and passwords are taken out of this process's output. */
export function relay(output: Readable): void {
  createInterface(output).on('line', (line) => process.stderr.write(`${withoutPasswords(line)}\n`))
}

function errorOf({ code, message, hint }: Extract<ModelAnswer, { error: unknown }>['error']): Error {
  return code === undefined ? new Error(message) : new SwathError(code, message, hint === undefined ? {} : { hint })
}
