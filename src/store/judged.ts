import type { ChangeOf } from './change.ts'

export type ReportChange = ChangeOf<'report'>

/** A report that a rule has something to say about. */
export interface Case {
  readonly change: ReportChange
  /** In the order of the rule's objectives. */
  readonly values: readonly number[]
}

/** A report after which its trial is to stop. */
export interface Stop {
  readonly change: ReportChange
  readonly reason: string
}
