import { SwathError } from '../../errors.ts'
import { Gate } from '../../gate.ts'
import type { QueryOptions, QueryResult } from '../store.ts'
import type { DatabaseSettings } from './protocol.ts'
import { refuseAllButQuestions } from './question.ts'
import { Reader, type AsStoreError } from './reader.ts'

/** Processes that answer at a time: a slow question leaves the others free. Each takes about 60 MB. */
const mostReaders = 4
const mostWaiting = 64
/** A process beyond the first ends after this long without a question. */
const idleMs = 30_000

/** Answers questions at the same time, each in a process of its own. The first process stays for the next question. */
export class ReaderPool {
  readonly #start: () => Reader
  readonly #kind: DatabaseSettings['kind']
  readonly #gate = new Gate('questions', { places: mostReaders, mostWaiting })
  readonly #all = new Set<Reader>()
  readonly #free: Reader[] = []
  #idle: NodeJS.Timeout | undefined
  readonly #closed = new AbortController()

  constructor(settings: DatabaseSettings, asStoreError: AsStoreError) {
    this.#kind = settings.kind
    this.#start = () => new Reader(settings, asStoreError)
  }

  /** @throws SwathError('sql'), SwathError('busy') if too many questions wait, or the reason of `signal` */
  async ask(statement: string, options: QueryOptions = {}): Promise<QueryResult> {
    refuseAllButQuestions(statement, this.#kind)
    const { limit = Infinity, timeoutMs = Infinity } = options
    const signals = [this.#closed.signal, ...(options.signal === undefined ? [] : [options.signal])]
    const signal = AbortSignal.any(signals)
    return this.#gate.pass(async () => {
      // The one that answered last: its process runs, and has the pages of the file in memory.
      const reader = this.#free.pop() ?? this.#start()
      this.#all.add(reader)
      clearTimeout(this.#idle)
      try {
        return await reader.ask({ statement, limit, timeoutMs }, signal)
      } finally {
        this.#free.push(reader)
        this.#idle = setTimeout(() => void this.#endIdle(), idleMs).unref()
      }
    }, signal)
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    this.#closed.abort(new SwathError('store', 'the store was closed before the question was answered'))
    await Promise.all([...this.#all].map((reader) => reader.close()))
  }

  async #endIdle(): Promise<void> {
    const idle = this.#free.splice(0, this.#free.length === this.#all.size ? this.#free.length - 1 : this.#free.length)
    for (const reader of idle) this.#all.delete(reader)
    await Promise.all(idle.map((reader) => reader.close()))
  }
}
