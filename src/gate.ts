import { SwathError } from './errors.ts'

/** Bounds how much of one kind of work is under way, and how much waits for a place. */
export class Gate {
  readonly #what: string
  readonly #places: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  /** @param what the work is called when it is refused, such as `questions` */
  constructor(what: string, { places, mostWaiting }: { readonly places: number; readonly mostWaiting: number }) {
    this.#what = what
    this.#places = places
    this.#mostWaiting = mostWaiting
  }

  /**
   * Does the work once a place is free, in the order of the calls.
   * @throws SwathError('busy') if too many wait; the reason of `signal` if that is aborted before a place is free
   */
  async pass<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      // The place goes to the next that waits, or is free.
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken--
      else next()
    }
  }

  #enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#taken < this.#places) {
      this.#taken++
      return Promise.resolve()
    }
    if (this.#waiting.length >= this.#mostWaiting) {
      const message = `${this.#places} ${this.#what} are under way and ${this.#mostWaiting} wait: no more are taken`
      throw new SwathError('busy', message, { hint: 'try again in some seconds, or ask for less at once' })
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        reject(signal?.reason as Error)
      }
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      this.#waiting.push(enter)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }
}
