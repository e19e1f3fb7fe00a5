import { SwathError } from '../errors.ts'
import type { SweepRow, TrialRow } from './schema.ts'
import type { Store } from './store.ts'
import { trialById } from './trials.ts'

/** A trial that the user named, and its sweep. @throws SwathError('not-found') */
export async function findTrial(
  store: Store,
  id: number,
): Promise<{ readonly trial: TrialRow; readonly sweep: SweepRow }> {
  const trial = await trialById(store.db, id)
  if (trial === undefined) {
    throw new SwathError('not-found', `there is no trial ${id} in ${store.location}`, {
      hint: '`swath show SWEEP` lists the trials of a sweep',
    })
  }
  const sweep = await store.db
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', trial.sweep_id)
    .executeTakeFirstOrThrow()
  return { trial, sweep }
}
