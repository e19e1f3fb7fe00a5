import type { Report } from './program.ts'

/** A report as it is stored. */
export interface StoredReport {
  /** With what was reported for the same epoch before. */
  readonly report: Report
  /** True if its epoch was reported before. */
  readonly isContinued: boolean
  /** The program's own number of the epoch, where another one is stored. */
  readonly reportedEpoch: number | undefined
}

/** A stored epoch, and the number that the program gave it, where they differ. */
export interface ReportedEpoch {
  readonly epoch: number
  readonly reported: number
}

/** What is said once a sweep: what was not stored as it was reported, or what a trial left behind. */
export interface ReportNotice {
  /**
   * - `dropped`: an entry that is no number, or whose name cannot be stored
   * - `not finite`: NaN or infinity, stored as missing
   * - `rounded`: a whole number that 64-bit floats do not have
   * - `repeated`: reported more than once for one epoch, the last value counts
   * - `epoch`: the stored numbers of the epochs are others
   * - `tensors`: a trial of a module ended without disposing them
   */
  readonly kind: 'dropped' | 'not finite' | 'rounded' | 'repeated' | 'epoch' | 'tensors'
  /** Name of the metric; for an `epoch`, what changes; `tensors` for those. */
  readonly name: string
  readonly detail: string
}
