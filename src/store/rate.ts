import { sql, type Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/**
 * Forward FLOPs a second, times three for the backward pass, that completed trials reached: their images a second times
 * their FLOPs an image. Undefined if none has.
 */
export async function trainingRate(db: Kysely<Schema>): Promise<number | undefined> {
  const row = await db
    .selectFrom('trials')
    .innerJoin('trial_metrics as m', 'm.trial_id', 'trials.id')
    .select(sql<number | null>`avg(3.0 * trials.flops * m.mean)`.as('rate'))
    .where('m.name', '=', 'images_per_second')
    .where('trials.state', '=', 'completed')
    .where('trials.flops', 'is not', null)
    .executeTakeFirst()
  return row?.rate ?? undefined
}
