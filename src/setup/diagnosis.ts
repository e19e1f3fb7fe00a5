/** One line of `swath doctor`. */
export interface Diagnosis {
  readonly name: string
  /** A warning: it works, but worse than it could. */
  readonly status: 'ok' | 'warning' | 'problem'
  readonly detail: string
  /** What to do about it. */
  readonly advice?: string
}
