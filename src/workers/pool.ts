import { extname } from 'node:path'

import { Piscina } from 'piscina'

import { messageOf, SwathError } from '../errors.ts'
import { Deadline, type TimeLimits } from './deadline.ts'
import { Link, type MailHandler } from './link.ts'
import { endPool, forgetPool, threadsAreEnding, threadsMayRun, threadTrains } from './threads.ts'
import type {
  Connection,
  DescribeResult,
  DescribeTask,
  PointDescription,
  PointToDescribe,
  ProgramReference,
  TrainResult,
  TrainTask,
  TrialFailure,
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

type RunOptions = Parameters<Piscina['run']>[1]
type MessageHandler = (message: TrialMessage) => Promise<'continue' | 'stop' | 'cancel' | undefined>

/** What a thread is told of a trial; how it is connected the pool knows. */
export type TrialTask = Omit<TrainTask, 'kind' | 'connection'>

/** A trial that is ready to be trained. */
export interface BegunTrial {
  readonly task: TrialTask
  /** What it throws fails the trial. */
  readonly onMessage: MessageHandler
}

export interface TrainOptions {
  /** Prepares the trial, or resolves to how it ended before it was trained. `cancel` ends it later. */
  readonly begin: (worker: number, cancel: () => void) => Promise<BegunTrial | TrialOutcome>
  readonly limits: TimeLimits
}

/** What trains trials: worker threads, or what a benchmark has in their place. */
export type Trainer = Pick<WorkerPool, 'train' | 'cancel'>

interface Worker {
  /** From 1. */
  readonly number: number
  readonly settings: WorkerSettings & { readonly environment: NodeJS.ProcessEnv }
  pool: Piscina<TrainTask | DescribeTask, unknown>
  link: Link | undefined
  /** Ends the trial that it trains. */
  cancel: (() => void) | undefined
}

/**
 * Worker threads, each with its own cores. A Piscina of one thread a worker: a thread that dies or has to be ended is
 * replaced by one on the same cores.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[]
  readonly #free: Worker[]
  #isCancelled = false

  /**
   * @param cores for each worker the cores that it owns
   * @param environment of the threads, and of what the user's programs start there
   */
  constructor(cores: readonly WorkerSettings['cores'][], environment: NodeJS.ProcessEnv) {
    this.#workers = cores.map((own, index) => {
      const settings = { cores: own, environment }
      return { number: index + 1, settings, pool: startPool(settings), link: undefined, cancel: undefined }
    })
    this.#free = [...this.#workers].reverse()
  }

  /** Checks points and counts their FLOPs, in a thread: a user's module may hang, throw, or print. */
  async describe(program: ProgramReference, points: readonly PointToDescribe[]): Promise<readonly PointDescription[]> {
    const worker = this.#take()
    try {
      const task: DescribeTask = { kind: 'describe', program, points }
      const signal = AbortSignal.timeout(describeTimeoutMs)
      const result = (await runIn(worker, task, { signal })) as DescribeResult
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
   * Trains one trial on a free worker. Whatever happens to the thread, or to what it reports, is an outcome; rejects only
   * if `begin` does.
   */
  async train({ begin, limits }: TrainOptions): Promise<TrialOutcome> {
    const worker = this.#take()
    try {
      const begun = await begin(worker.number, () => worker.cancel?.())
      if ('status' in begun) return begun
      const { task, onMessage } = begun
      const { trialId } = task
      let overdue: string | undefined
      const deadline = new Deadline(limits, (message) => {
        overdue = message
        worker.cancel?.()
      })
      let fault: TrialFailure | undefined
      const receive = async (message: TrialMessage) => {
        if (message.type === 'began') deadline.epochBegins()
        if (message.type === 'report') deadline.epochEnds()
        try {
          const verdict = await onMessage(message)
          if (verdict === undefined) return
          deadline.epochBegins()
          if (verdict === 'cancel') worker.cancel?.()
          worker.link?.send({ type: 'acknowledge', trialId, verdict: verdict === 'continue' ? 'continue' : 'stop' })
        } catch (error) {
          // The trial waits for an answer that will not come.
          fault ??= { kind: 'threw', message: `its ${message.type} could not be kept: ${messageOf(error)}` }
          worker.cancel?.()
        }
      }
      const running = this.#runTask(worker, { ...task, kind: 'train' }, receive)
      try {
        const outcome = await running
        if (fault !== undefined)
          return this.#isCancelled ? { status: 'cancelled' } : { status: 'failed', failure: fault }
        if (outcome.status !== 'cancelled' || overdue === undefined || this.#isCancelled) return outcome
        return { status: 'failed', failure: { kind: 'timeout', message: overdue } }
      } finally {
        deadline.clear()
      }
    } finally {
      this.#free.push(worker)
    }
  }

  /** Cancels what trains, and whatever would train from now on. */
  cancel(): void {
    this.#isCancelled = true
    for (const worker of this.#workers) worker.cancel?.()
  }

  async #runTask(worker: Worker, task: Omit<TrainTask, 'connection'>, handler: MailHandler): Promise<TrialOutcome> {
    if (this.#isCancelled) return { status: 'cancelled' }
    let grace: NodeJS.Timeout | undefined
    const { pool } = worker
    worker.cancel = () => {
      worker.link?.send({ type: 'cancel', trialId: task.trialId })
      grace ??= setTimeout(() => {
        replaceThread(worker)
      }, cancelGraceMs)
    }
    threadTrains(pool, true)
    try {
      for (;;) {
        const connection = this.#connect(worker, task.trialId, handler)
        const options = connection === undefined ? {} : { transferList: [connection.port] }
        const { outcome, isThreadSpent } = (await runIn(worker, { ...task, connection }, options)) as TrainResult
        if (isThreadSpent) await retireThread(worker)
        if (outcome.status !== 'unconnected') return outcome
        // The thread that was connected ended after its last trial.
        disconnect(worker)
      }
    } catch (error) {
      disconnect(worker)
      if (error instanceof SwathError) return { status: 'failed', failure: { kind: 'crashed', message: error.message } }
      const isReplaced = worker.pool !== pool
      if (isReplaced || threadsAreEnding()) return { status: 'cancelled' }
      return { status: 'failed', failure: { kind: 'crashed', message: `its thread ended: ${messageOf(error)}` } }
    } finally {
      clearTimeout(grace)
      threadTrains(pool, false)
      worker.cancel = undefined
    }
  }

  /** Returns what a thread that is not connected yet has to be given. */
  #connect(worker: Worker, trialId: number, handler: MailHandler): Connection | undefined {
    const isConnected = worker.link?.isOpen === true
    if (!isConnected) disconnect(worker)
    worker.link ??= new Link()
    worker.link.begin(trialId, handler)
    return isConnected ? undefined : worker.link.remote
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) disconnect(worker)
    await Promise.all(this.#workers.map((worker) => endPool(worker.pool)))
  }

  #take(): Worker {
    const worker = this.#free.pop()
    if (worker === undefined) throw new Error('more trials at once than workers')
    return worker
  }
}

/**
 * Runs a task in a worker's thread.
 * @throws SwathError('setup') if the system starts no thread for it
 */
async function runIn(worker: Worker, task: TrainTask | DescribeTask, options: RunOptions): Promise<unknown> {
  const { pool } = worker
  try {
    return await pool.run(task, options)
  } catch (error) {
    if (!isRefusedThread(error)) throw error
    // Piscina keeps the task in its queue: the next thread would run it, and the end of the pool would reject what no code awaits.
    if (worker.pool === pool) {
      forgetPool(pool)
      worker.pool = startPool(worker.settings)
    }
    throw new SwathError('setup', `the system does not let a worker thread start: ${messageOf(error)}`, {
      hint: 'raise the limits of this process (ulimit -u, ulimit -v), or use fewer workers: --workers 1',
      cause: error,
    })
  }
}

/** True if the system refused to start a thread. */
function isRefusedThread(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_WORKER_INIT_FAILED'
}

function disconnect(worker: Worker): void {
  worker.link?.close()
  worker.link = undefined
}

/**
 * Ends a thread between two trials. The next one starts when this one is gone: then it takes over its part of the heap (an
 * arena of malloc's). Two at a time would leave the process with an arena more each time.
 */
async function retireThread(worker: Worker): Promise<void> {
  disconnect(worker)
  const { pool } = worker
  await pool.destroy()
  if (worker.pool === pool) worker.pool = startPool(worker.settings)
}

/** Ends the thread in the middle of what it does. */
function replaceThread(worker: Worker): void {
  void endPool(worker.pool)
  worker.pool = startPool(worker.settings)
}

function startPool({ cores, environment }: Worker['settings']): Worker['pool'] {
  const pool: Worker['pool'] = new Piscina({
    filename: entry,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Infinity,
    recordTiming: false,
    // An idle thread has to hear what a trial does after it ended; waiting on an atomic it would be deaf.
    atomics: 'disabled',
    workerData: { cores },
    // TensorFlow reads the environment of the process, not this copy.
    env: environment,
    execArgv: extension === '.ts' ? ['--import', 'tsx'] : [],
  })
  threadsMayRun(pool)
  return pool
}
