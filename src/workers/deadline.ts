import { describeDuration } from '../sweep/duration.ts'

/** Seconds that an attempt, and each of its epochs, may take. */
export interface TimeLimits {
  readonly trial: number | null
  readonly epoch: number | null
}

/** The longest that a timer can wait; what may take longer than 24 days is not limited. */
const longestTimerMs = 2 ** 31 - 1

/** Watches over the time that a trial takes. */
export class Deadline {
  readonly #limits: TimeLimits
  readonly #onExpire: (message: string) => void
  readonly #trial: NodeJS.Timeout | undefined
  #epoch: NodeJS.Timeout | undefined
  #epochs = 0
  #isOver = false

  constructor(limits: TimeLimits, onExpire: (message: string) => void) {
    this.#limits = limits
    this.#onExpire = onExpire
    this.#trial = after(limits.trial, (limit) => {
      onExpire(`it took longer than ${limit}`)
    })
  }

  epochBegins(): void {
    this.epochEnds()
    if (this.#isOver) return
    this.#epoch = after(this.#limits.epoch, (limit) => {
      this.#onExpire(`its ${ordinal(this.#epochs)} epoch took longer than ${limit}`)
    })
    this.#epochs++
  }

  /** What follows, until the next one begins, is not the trial's own time: its report is being written. */
  epochEnds(): void {
    clearTimeout(this.#epoch)
  }

  clear(): void {
    this.#isOver = true
    clearTimeout(this.#trial)
    clearTimeout(this.#epoch)
  }
}

function after(seconds: number | null, then: (limit: string) => void): NodeJS.Timeout | undefined {
  if (seconds === null || seconds * 1000 > longestTimerMs) return undefined
  return setTimeout(() => {
    then(describeDuration(seconds))
  }, seconds * 1000)
}

function ordinal(n: number): string {
  const rest = n % 100 > 10 && n % 100 < 14 ? 0 : n % 10
  return `${n}${['th', 'st', 'nd', 'rd'][rest] ?? 'th'}`
}
