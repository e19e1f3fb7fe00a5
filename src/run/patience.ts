import { setTimeout as delay } from 'node:timers/promises'

import { momentaryShortageOf } from '../artifacts/shortage.ts'
import type { RunObserver } from './events.ts'
import { retryBriefly } from './retry-briefly.ts'

const retryMs = 1_000

/** What takes writes, or can't for now. */
interface Place {
  readonly location: string
  obstacle(error: unknown): string | undefined
  setback?(error: unknown): string | undefined
  wasCommitted?(error: unknown): Promise<boolean>
}

/**
 * Works with the store, or with the place of its artifacts, until it lets it: a full, read-only or vanished disk, or a
 * server that is away, pauses a sweep and does not end it. What is not written is not acknowledged, so the trials wait as
 * well. What a server that is there fails is tried again for some seconds.
 */
export class Patience {
  readonly #place: Place
  readonly #observer: Pick<RunObserver, 'note'>
  readonly #signal: AbortSignal
  readonly #notice: typeof pauseNotice
  #isWaiting = false

  /**
   * @param signal ends the waiting: the write that cannot be made fails then
   * @param notice what is said when it begins to wait
   */
  constructor(place: Place, observer: Pick<RunObserver, 'note'>, signal: AbortSignal, notice = pauseNotice) {
    this.#place = place
    this.#observer = observer
    this.#signal = signal
    this.#notice = notice
  }

  async write(write: () => Promise<void>): Promise<void> {
    let failure: unknown
    await this.read(async () => {
      // What a server was told to commit when the connection was lost may be there: it is not written twice.
      if (failure !== undefined && (await this.#place.wasCommitted?.(failure)) === true) return
      failure = undefined
      await write().catch((error: unknown) => {
        failure = error
        throw error
      })
    })
  }

  /** Works with a place that answers; rejects with an obstacle at once. */
  briefly<T>(work: () => Promise<T>): Promise<T> {
    return retryBriefly(work, {
      setback: (error) => this.#place.setback?.(error) ?? momentaryShortageOf(error),
      note: (reason) => {
        this.#observer.note(`${this.#place.location}: ${reason}. It is tried again.`)
      },
      signal: this.#signal,
    })
  }

  async read<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const found = await this.briefly(read)
        if (this.#isWaiting) this.#observer.note(`${this.#place.location} takes writes again: the sweep goes on.`)
        this.#isWaiting = false
        return found
      } catch (error) {
        const obstacle = this.#place.obstacle(error)
        if (obstacle === undefined || this.#signal.aborted) throw error
        if (!this.#isWaiting) this.#observer.note(this.#notice(this.#place.location, obstacle))
        this.#isWaiting = true
        await delay(retryMs, undefined, { signal: this.#signal }).catch(() => undefined)
      }
    }
  }
}

/** What is said where trials train on while a server is away. */
export function keptNotice(what: string, obstacle: string): string {
  return `${what} cannot be written: ${obstacle}. What trains goes on: its reports are kept on this host's disk until it is back.`
}

/** What is said when a sweep has to wait for a disk or a server. */
export function pauseNotice(what: string, obstacle: string): string {
  return `${what} cannot be written: ${obstacle}. The sweep waits and goes on by itself; Ctrl-C ends it, and nothing that was reported is lost.`
}
