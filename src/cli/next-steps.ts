import { frontMetrics } from '../results/front-metrics.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** A command to run after a sweep, and what it prints. */
export type NextStep = readonly [command: string, what: string]

/** Commands that print something for this sweep. */
export async function nextSteps(
  store: Store,
  sweep: SweepRow,
  { left }: { readonly left: boolean },
): Promise<NextStep[]> {
  const metrics = await frontMetrics(store.db, sweep.id)
  const { rows } = await store.query(`select 1 from points where sweep_id = ${sweep.id} and eligible = 1 limit 1`)
  return [
    [`swath show ${sweep.name}`, 'every trial, its parameters and metrics'],
    ...(rows.length === 0 || metrics.length === 0
      ? []
      : [
          [
            'swath sql --file db/queries/best-trials.sql',
            'the best points of each sweep; any question in SQL',
          ] as const,
        ]),
    ...(left ? [[`swath resume ${sweep.name}`, 'train what is left, failed trials included'] as const] : []),
  ]
}
