import { Worker } from 'node:worker_threads'

import { mostMemory, outOfMemory, timeIsUp } from './protocol.ts'

const never = 2n ** 63n - 1n
/** Thirty years in milliseconds: in nanoseconds it fits in 64 bits. */
const longest = 1e12

/** As text: on Node 20 tsx does not see the modules that a thread loads. */
const thread = `
  const { deadline, parent, mostMemory, timeIsUp, outOfMemory } = require('node:worker_threads').workerData
  setInterval(() => {
    if (process.hrtime.bigint() > Atomics.load(deadline, 0)) process.kill(process.pid, timeIsUp)
    if (process.memoryUsage.rss() > mostMemory || process.ppid !== parent) process.kill(process.pid, outOfMemory)
  }, 50)
`

/**
 * Ends this process when it takes too long or too much memory, or when whoever waited for it is gone: in a thread of its
 * own, because while SQLite is in a step this one hears nothing.
 */
export class Bounds {
  readonly #deadline = new BigInt64Array(new SharedArrayBuffer(8)).fill(never)

  /** @param parent the process that waits for this one */
  constructor(parent: number) {
    const workerData = { deadline: this.#deadline, parent, mostMemory, timeIsUp, outOfMemory }
    new Worker(thread, { eval: true, workerData }).unref()
  }

  /** It has so many milliseconds from now. */
  start(ms: number): void {
    const nanoseconds = BigInt(Math.ceil(Math.min(ms, longest) * 1e6))
    Atomics.store(this.#deadline, 0, process.hrtime.bigint() + nanoseconds)
  }

  stop(): void {
    Atomics.store(this.#deadline, 0, never)
  }
}
