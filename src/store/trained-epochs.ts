import { sql, type Kysely } from 'kysely'

import type { Schema, TrialRow } from './schema.ts'

export type TrainedEpochs = Pick<TrialRow, 'params' | 'flops'> & {
  /** All that were reported, also by attempts whose epochs were trained again. */
  readonly epochs: number
}

/** Of each trial of a sweep that has begun, how many epochs it was trained. */
export async function trainedEpochs(db: Kysely<Schema>, sweepId: number): Promise<TrainedEpochs[]> {
  return db
    .selectFrom('trials as t')
    .select(['t.params', 't.flops'])
    .select(
      sql<number>`coalesce((select max(m.epoch) from final_metrics m where m.trial_id = t.id), 0)
        + (select count(*) from (
            select distinct s.attempt, s.epoch from superseded_metrics s where s.trial_id = t.id
          ) as again)`.as('epochs'),
    )
    .where('t.sweep_id', '=', sweepId)
    .where('t.attempt', '>', 0)
    .execute()
}
