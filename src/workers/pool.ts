import { extname } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

import { Piscina } from 'piscina'

import { messageOf, SwathError } from '../errors.ts'
import { Deadline, type TimeLimits } from './deadline.ts'
import { acknowledge, createFlow } from './flow.ts'
import type {
  DescribeResult,
  DescribeTask,
  PointDescription,
  PointToDescribe,
  ProgramReference,
  TrainTask,
  TrialCommand,
  TrialMessage,
  TrialOutcome,
  WorkerSettings,
} from './protocol.ts'

/** How long a program may take to load and describe its points before it counts as hanging. */
const describeTimeoutMs = 60_000
/** How long a cancelled trial may take to return by itself before its thread is ended. */
const cancelGraceMs = 1_000

const extension = extname(import.meta.url)
const entry = new URL(`../../workers/trial${extension}`, import.meta.url).href

type MessageHandler = (message: TrialMessage) => Promise<'continue' | 'stop' | undefined>

export interface TrainOptions {
  readonly onStart: (worker: number) => Promise<void>
  readonly onMessage: MessageHandler
  readonly limits: TimeLimits
  readonly signal: AbortSignal
}

interface Worker {
  /** From 1. */
  readonly number: number
  readonly pool: Piscina<TrainTask | DescribeTask, unknown>
  /** The last trial's port stays open until the next trial, so that what comes late is heard. */
  port: MessagePort | undefined
}

/**
 * Worker threads, each with its own cores. A Piscina of one thread a worker: a thread that dies or has to be ended is
 * replaced by one on the same cores.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[]
  readonly #free: Worker[]

  /** @param cores for each worker the cores that it owns */
  constructor(cores: readonly WorkerSettings['cores'][]) {
    this.#workers = cores.map((own, index) => ({ number: index + 1, pool: startPool({ cores: own }), port: undefined }))
    this.#free = [...this.#workers].reverse()
  }

  /** Checks points and counts their FLOPs, in a thread: a user's module may hang, throw, or print. */
  async describe(program: ProgramReference, points: readonly PointToDescribe[]): Promise<readonly PointDescription[]> {
    const worker = this.#take()
    try {
      const task: DescribeTask = { kind: 'describe', program, points }
      const signal = AbortSignal.timeout(describeTimeoutMs)
      const result = (await worker.pool.run(task, { signal })) as DescribeResult
      if ('programError' in result) throw new SwathError('program', result.programError)
      return result.points
    } catch (error) {
      if (error instanceof SwathError) throw error
      if ((error as Error).name === 'AbortError') {
        throw new SwathError('program', `the program did not load within ${describeTimeoutMs / 1000} s`, {
          hint: 'it may wait for something at its top level; a program should do its work in train()',
          cause: error,
        })
      }
      throw new SwathError('program', `the program ended its thread while it was loaded: ${messageOf(error)}`, {
        cause: error,
      })
    } finally {
      this.#free.push(worker)
    }
  }

  /**
   * Trains one trial on a free worker. Whatever happens to the thread is an outcome; rejects only if `onStart` or
   * `onMessage` does.
   */
  async train(
    task: Omit<TrainTask, 'kind' | 'port' | 'flow'>,
    { onStart, onMessage, limits, signal }: TrainOptions,
  ): Promise<TrialOutcome> {
    const worker = this.#take()
    try {
      await onStart(worker.number)
      worker.port?.close()
      const { port1, port2 } = new MessageChannel()
      worker.port = port1
      const flow = createFlow()
      const overdue = new AbortController()
      const deadline = new Deadline(limits, (message) => {
        overdue.abort(message)
      })
      const refused = new Promise<never>((_, reject) => {
        port1.on('message', (message: TrialMessage) => {
          if (message.type === 'began') deadline.epochBegins()
          if (message.type === 'report') deadline.epochEnds()
          onMessage(message).then((verdict) => {
            acknowledge(flow)
            if (verdict === undefined) return
            deadline.epochBegins()
            port1.postMessage({ type: 'acknowledge', verdict } satisfies TrialCommand)
          }, reject)
        })
      })
      refused.catch(() => undefined)
      port1.unref()
      const running = this.#runTask(
        worker.pool,
        { ...task, kind: 'train', port: port2, flow },
        port1,
        AbortSignal.any([signal, overdue.signal]),
      )
      try {
        const outcome = await Promise.race([running, refused])
        if (outcome.status !== 'cancelled' || !overdue.signal.aborted || signal.aborted) return outcome
        return { status: 'failed', failure: { kind: 'timeout', message: String(overdue.signal.reason) } }
      } finally {
        deadline.clear()
      }
    } finally {
      this.#free.push(worker)
    }
  }

  async #runTask(pool: Worker['pool'], task: TrainTask, port: MessagePort, signal: AbortSignal): Promise<TrialOutcome> {
    const kill = new AbortController()
    let grace: NodeJS.Timeout | undefined
    const cancel = () => {
      port.postMessage({ type: 'cancel' } satisfies TrialCommand)
      grace = setTimeout(() => {
        kill.abort()
      }, cancelGraceMs)
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      if (signal.aborted) return { status: 'cancelled' }
      return (await pool.run(task, { transferList: [task.port], signal: kill.signal })) as TrialOutcome
    } catch (error) {
      if (kill.signal.aborted) return { status: 'cancelled' }
      return { status: 'failed', failure: { kind: 'crashed', message: `its thread ended: ${messageOf(error)}` } }
    } finally {
      clearTimeout(grace)
      signal.removeEventListener('abort', cancel)
    }
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.port?.close()
    await Promise.all(this.#workers.map((worker) => worker.pool.destroy()))
  }

  #take(): Worker {
    const worker = this.#free.pop()
    if (worker === undefined) throw new Error('more trials at once than workers')
    return worker
  }
}

function startPool(workerData: WorkerSettings): Worker['pool'] {
  return new Piscina({
    filename: entry,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Infinity,
    // An idle thread has to hear what a trial does after it ended; waiting on an atomic it would be deaf.
    atomics: 'disabled',
    workerData,
    execArgv: extension === '.ts' ? ['--import', 'tsx'] : [],
  })
}
