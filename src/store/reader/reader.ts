import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { messageOf, SwathError } from '../../errors.ts'
import type { QueryResult, SqlValue } from '../store.ts'
import { distinctNames } from './distinct-names.ts'
import {
  mostMemory,
  mostStartMs,
  outOfMemory,
  settingsVariable,
  timeIsUp,
  type AnswerPart,
  type DatabaseSettings,
  type Question,
  type ReaderSettings,
} from './protocol.ts'
import { notInTime } from './question.ts'

const extension = extname(import.meta.url)
const entry = fileURLToPath(new URL(`../../../workers/reader${extension}`, import.meta.url))
/** What V8 and the C library end a process with that gets no memory. */
const signalsOfMemory: readonly unknown[] = [outOfMemory, 'SIGABRT', 'SIGTRAP', 'SIGSEGV']

/** An error of the database's that is the store's, not the question's. */
export type AsStoreError = (code: string, message: string) => SwathError | undefined

interface Waiting {
  readonly question: Question
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: Error) => void
  readonly rows: Record<string, SqlValue>[]
  columns: readonly string[]
}

/**
 * Answers questions in a process of its own: nothing else can stop SQLite in the middle of a step, and what a question
 * does to that process, or an answer of a server that is too large for it, is done to nobody else. It opens a file to read
 * only, and reads the write-ahead log without a lock: no writer waits for it, and it for none.
 */
export class Reader {
  readonly #settings: DatabaseSettings
  readonly #asStoreError: AsStoreError
  readonly #mostStartMs: number
  #process: ChildProcess | undefined
  #waiting: Waiting | undefined

  constructor(settings: DatabaseSettings, asStoreError: AsStoreError, startMs = mostStartMs) {
    this.#settings = settings
    this.#mostStartMs = startMs
    this.#asStoreError = asStoreError
  }

  async close(): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    child.ref()
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /**
   * Answers one question at a time. An aborted question ends with the process; the next one starts another.
   * @throws SwathError('sql'), or the reason of `signal`
   */
  async ask(question: Question, signal?: AbortSignal): Promise<QueryResult> {
    const child = (this.#process ??= this.#start())
    child.ref()
    child.channel?.ref()
    const abandon = () => {
      // The process is forgotten at once: its exit is heard later.
      this.#process = undefined
      this.#waiting?.reject(signal?.reason as Error)
      child.kill('SIGKILL')
    }
    try {
      return await new Promise<QueryResult>((resolve, reject) => {
        this.#waiting = { question, resolve, reject, rows: [], columns: [] }
        signal?.addEventListener('abort', abandon, { once: true })
        // A process that is gone says so by its exit.
        child.send(question, () => undefined)
      })
    } finally {
      this.#waiting = undefined
      signal?.removeEventListener('abort', abandon)
      // Only a question keeps whoever asks it alive.
      child.unref()
      child.channel?.unref()
    }
  }

  #start(): ChildProcess {
    const settings: ReaderSettings = { ...this.#settings, parent: process.pid }
    const child = fork(entry, [], {
      env: { ...process.env, [settingsVariable]: JSON.stringify(settings) },
      execArgv: extension === '.ts' ? ['--import', 'tsx'] : [],
      serialization: 'advanced',
      // What V8 writes when it runs out of memory is for nobody's eyes.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    let isReady = false
    const late = setTimeout(() => child.kill('SIGKILL'), this.#mostStartMs).unref()
    child.on('message', (part: AnswerPart) => {
      if (part.type === 'ready') {
        isReady = true
        clearTimeout(late)
      } else if (this.#process === child) this.#receive(part)
    })
    const end = (how: string) => {
      clearTimeout(late)
      if (this.#process !== child) return
      this.#process = undefined
      this.#waiting?.reject(isReady ? endOf(this.#waiting.question, how) : noStart(how))
    }
    child.once('exit', (code, signal) => {
      end(signal ?? `exit code ${code}`)
    })
    child.on('error', (error) => {
      end(messageOf(error))
    })
    return child
  }

  #receive(part: AnswerPart): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    const { columns, rows } = waiting
    switch (part.type) {
      case 'ready':
        return
      case 'columns':
        waiting.columns = distinctNames(part.columns)
        return
      case 'rows':
        for (const row of part.rows) rows.push(Object.fromEntries(columns.map((name, k) => [name, row[k] ?? null])))
        return
      case 'end':
        waiting.resolve({ columns, rows, truncated: part.truncated })
        return
      case 'error':
        waiting.reject(this.#errorOf(part))
    }
  }

  #errorOf({ code = '', message, hint }: Extract<AnswerPart, { type: 'error' }>): SwathError {
    const own = hint ?? '`swath sql` without a query lists the views and their columns'
    return this.#asStoreError(code, message) ?? new SwathError('sql', message, { hint: own })
  }
}

/** What keeps the process from starting is no fault of the question. */
function noStart(how: string): SwathError {
  return new SwathError('setup', `the process that answers questions could not start (${how})`, {
    hint: 'raise the limits of this process (ulimit -u, ulimit -v, ulimit -n), or end what takes the memory',
  })
}

function endOf({ timeoutMs }: Question, how: string): SwathError {
  if (how === timeIsUp) return notInTime(timeoutMs)
  if (signalsOfMemory.includes(how)) {
    return new SwathError('sql', `the question took more memory than the ${mostMemory / 2 ** 30} GB that it may`, {
      hint: 'ask for less at once: fewer rows to sort or to group, shorter texts',
    })
  }
  return new SwathError('sql', `the process that answers questions ended (${how})`, { hint: 'run `swath doctor`' })
}
