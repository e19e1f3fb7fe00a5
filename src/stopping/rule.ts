import type { Goal } from '../metrics/goal.ts'
import type { Reduction } from '../metrics/reduction.ts'

/** What a search looks for: a metric that trials report, or a cost that is known before (`flops`, `parameter_count`). */
export interface Objective {
  readonly name: string
  readonly goal: Goal
}

/** An objective with how the reports of a trial become one value; the default of its name where it is absent. */
export interface ReadObjective extends Objective {
  readonly reduction?: Reduction
}

/** Decides which trials are not worth their next epochs, from what they and the others have reported. */
export type StoppingRule = RankingRule | LoneRule

/** Compares a trial with the others of its sweep that have come as far: as far as a rung. */
export interface RankingRule {
  readonly compares: 'others'
  /** Several are compared by non-dominated rank. */
  readonly objectives: readonly Objective[]
  /** What rungs are counted in: epochs, or reports of the metric. */
  readonly counts: 'epochs' | 'reports'
  /** What a trial shows against what the others had at the rung: the same, or the best that it has had since its start. */
  readonly shows: 'rung' | 'best'
  /** False if a trial is judged once at each rung; true if again at each report, by all who have come there since. */
  readonly isJudgedAgain: boolean
  /** The highest rung that a trial has reached with so many epochs or reports; undefined below the first. */
  rungAt(place: number): number | undefined
  /** Of `reached` trials at a rung, itself among them, how many may be better than one that goes on. */
  mostAhead(reached: number): number
  /** Who sets the mark that a trial fell short of, in words: `the best third of 6 trials`. */
  markOf(reached: number): string
}

/** Looks at one trial alone. */
export interface LoneRule {
  readonly compares: 'itself'
  readonly objectives: readonly Objective[]
  /** What it has to see: all epochs so far, or the last one. */
  readonly sees: 'history' | 'report'
  /** Why the trial is to stop after the last of these epochs, if it is. */
  judge(history: readonly Epoch[]): string | undefined
}

/** What a trial reported after an epoch, in the order of the objectives. */
export interface Epoch {
  readonly epoch: number
  readonly values: readonly number[]
}
