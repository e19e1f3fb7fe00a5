import type { ReportedEpoch } from '../programs/stored-report.ts'
import { ReportError } from './report-error.ts'

/** The store holds epochs in 32 bits. */
const greatest = 2 ** 31 - 1

export interface NumberedReport {
  /** The stored epoch: from 1, never below that of the report before. */
  readonly epoch: number
  /** True if the trial has reported this epoch before: the report adds to it. */
  readonly isContinued: boolean
  /** The program's own number, where it says less than the stored one. */
  readonly reported: number | undefined
  /** Why the numbering changes with this report. */
  readonly change: { readonly name: string; readonly detail: string } | undefined
}

/**
 * Numbers the reports of one attempt. The stored epoch is the number of epochs trained so far:
 * - An `epoch` that is a whole number from 1, not below the last, is stored as it is.
 * - Where the first `epoch` is 0, all are stored one higher.
 * - From an `epoch` on that is none of this (0.5, one below the last, one beyond 32 bits), each new value of `epoch` is the
 *   next number.
 * - Reports with the same `epoch` are one. Without an `epoch` a report adds to the last that has one; before any, it is
 *   the next number.
 * A later attempt derives the numbering from `reported_epochs`, so that it goes on with the same numbers.
 */
export class EpochNumbering {
  readonly #known: readonly ReportedEpoch[]
  /** Epoch of the checkpoint that the attempt resumes from: the first `epoch` may not be below it. */
  #floor: number | undefined
  #last: number
  #own: number | undefined
  #shift = 0
  #isCounted = false
  #isFirst = true

  /**
   * @param resumedEpoch the stored epoch of the checkpoint; 0 where the program tells with its first report
   * @param known what earlier attempts have stored, by epoch
   */
  constructor(resumedEpoch: number, known: readonly ReportedEpoch[]) {
    this.#known = known
    this.#last = resumedEpoch
    if (known.length > 0) {
      const isFromZero = known[0]?.epoch === 1 && known.every(({ epoch, reported }) => epoch - reported === 1)
      this.#isCounted = !isFromZero
      this.#shift = isFromZero ? 1 : 0
    }
    if (resumedEpoch === 0) return
    this.#floor = known.findLast(({ epoch }) => epoch === resumedEpoch)?.reported ?? resumedEpoch - this.#shift
  }

  /** @throws ReportError if the program begins before the checkpoint that it was given */
  next(own: number | undefined): NumberedReport {
    if (own === undefined) return this.#stored(this.#isFirst ? this.#last + 1 : this.#last, undefined)
    const change = this.#isFirst ? this.#begin(own) : undefined
    this.#isFirst = false
    if (this.#isCounted) return this.#count(own, change)
    const epoch = own + this.#shift
    const flaw = this.#flawOf(own, epoch)
    if (flaw === undefined) return this.#stored(epoch, own, change)
    this.#isCounted = true
    return this.#count(own, flaw)
  }

  #begin(own: number): NumberedReport['change'] {
    if (this.#floor !== undefined) {
      if (own < this.#floor) {
        const message = `epoch: expected ${this.#floor} or more, got ${own}: the trial goes on from a checkpoint`
        throw new ReportError('bad-report', message)
      }
      this.#own = this.#floor
      return undefined
    }
    if (this.#isCounted) {
      this.#last = Math.max(this.#last, this.#epochBefore(own))
      return undefined
    }
    if (own !== 0 || this.#last > 1 || this.#shift === 1) return undefined
    this.#shift = 1
    return { name: 'from 0', detail: 'epochs from 0: epoch 0 is stored as 1, epoch 1 as 2, and so on' }
  }

  /** The stored epoch after which an attempt goes on whose first report has this number. */
  #epochBefore(own: number): number {
    const [first] = this.#known
    if (first !== undefined && Number.isInteger(own) && own >= 1 && own < first.epoch) return own - 1
    const same = this.#known.find(({ reported }) => reported === own)
    if (same !== undefined) return same.epoch - 1
    return this.#known.findLast(({ reported }) => reported < own)?.epoch ?? 0
  }

  /** Why an epoch cannot be stored as it is. */
  #flawOf(own: number, epoch: number): NumberedReport['change'] {
    const change = (name: string, flaw: string) => {
      return { name, detail: `${flaw}: from there on each new value of epoch is stored as the next whole number` }
    }
    if (!Number.isInteger(own)) return change('fraction', `epoch ${own} is not a whole number`)
    if (epoch < 1) return change('negative', `epoch ${own} is below ${1 - this.#shift}`)
    if (epoch > greatest) return change('too great', `epoch ${own} is above ${greatest}`)
    if (epoch >= this.#last) return undefined
    return change(
      'decreasing',
      `epoch ${own} comes after ${this.#own === undefined ? `${this.#last} reports` : `epoch ${this.#own}`}`,
    )
  }

  #count(own: number, change: NumberedReport['change']): NumberedReport {
    const epoch = own === this.#own ? this.#last : this.#last + 1
    return { ...this.#stored(epoch, own, change), reported: own }
  }

  #stored(epoch: number, own: number | undefined, change?: NumberedReport['change']): NumberedReport {
    const isContinued = epoch === this.#last
    this.#last = epoch
    if (own !== undefined) this.#own = own
    return { epoch, isContinued, change, reported: own === undefined || own === epoch ? undefined : own }
  }
}
