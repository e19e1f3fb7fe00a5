import type { TrialState } from './schema.ts'

/**
 * The life of a trial. It is planned as `queued`. A worker takes it: `running`, one attempt more. It ends `completed`,
 * `stopped` (early, by a rule), `failed` (its attempt says why) or `cancelled` (by the user). A run that ends before its
 * trials hands them back: `queued`. `resume` queues again whatever did not complete. Nothing leaves `completed`.
 */
const transitions: Readonly<Record<TrialState, readonly TrialState[]>> = {
  queued: ['running', 'cancelled'],
  running: ['completed', 'stopped', 'failed', 'cancelled', 'queued'],
  completed: [],
  stopped: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
}

/** The states from which a trial may come to be in `state`. */
export function statesBefore(state: TrialState): TrialState[] {
  return (Object.keys(transitions) as TrialState[]).filter((from) => transitions[from].includes(state))
}
