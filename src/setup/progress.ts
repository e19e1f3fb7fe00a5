import type { SwathError } from '../errors.ts'

/** What `swath setup` makes, as people know it. */
export type Part = 'TensorFlow' | 'SQLite driver'

/** Watches a set-up. Nothing is called where nothing had to be done. */
export interface SetupObserver {
  /** @param fraction of this phase that is done, 0 to 1; undefined where nobody knows */
  phase(part: Part, phase: string, fraction?: number): void
  /** @param error why it could not be made, where it could not */
  done(part: Part, error?: SwathError): void
}

/** Tells an observer of one part. */
export type PhaseReporter = (phase: string, fraction?: number) => void
