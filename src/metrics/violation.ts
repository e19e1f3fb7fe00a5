import type { Parameters } from '../programs/program.ts'
import { violation, type Constraint } from '../search/constraint.ts'

/** What is known of a trial where a constraint is evaluated. */
export interface ConstrainedTrial {
  readonly params: Parameters
  /** Names of all parameters that points of the sweep may have. */
  readonly parameters: ReadonlySet<string>
  /** A counted cost or a reduced metric; undefined if the trial has none of this name. */
  readonly valueOf: (name: string) => number | undefined
  /** True for a completed trial: a metric that it has not reported is not to come. */
  readonly isCompleted: boolean
}

/**
 * By how much a trial exceeds its constraints in sum; 0 if it satisfies all. A constraint on a conditional parameter that the
 * point lacks does not apply. A completed trial that has not reported a metric violates its constraints infinitely.
 */
export function violationOf(
  constraints: readonly Constraint[],
  { params, parameters, valueOf, isCompleted }: ConstrainedTrial,
): number {
  const known = (name: string): unknown => {
    if (parameters.has(name)) return params[name]
    return valueOf(name) ?? (isCompleted ? NaN : undefined)
  }
  return constraints.reduce((sum, constraint) => sum + Math.max(0, violation(constraint, known) ?? 0), 0)
}
