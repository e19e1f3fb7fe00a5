import type { Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/** Completed trials of a sweep that have not reported a metric. */
export interface Lacking {
  readonly name: string
  readonly completed: number
  readonly lacking: number
  /** The first of them. */
  readonly ids: readonly number[]
  /** What they have reported, the most frequent first. */
  readonly instead: readonly string[]
}

const mostNames = 200
const mostIds = 5

/** Counts, for each metric, the completed trials that lack it. A cost that is known before training is not lacking. */
export async function lackingMetrics(
  db: Kysely<Schema>,
  sweepId: number,
  names: readonly string[],
): Promise<Lacking[]> {
  const found: Lacking[] = []
  for (const name of names) found.push(await lackingMetric(db, sweepId, name))
  return found
}

async function lackingMetric(db: Kysely<Schema>, sweepId: number, name: string): Promise<Lacking> {
  const completed = db.selectFrom('trials as t').where('t.sweep_id', '=', sweepId).where('t.state', '=', 'completed')
  const cost = name === 'flops' || name === 'parameter_count' ? (`t.${name}` as const) : undefined
  const without = completed
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('final_metrics as m')
            .select('m.name')
            .whereRef('m.trial_id', '=', 't.id')
            .where('m.name', '=', name),
        ),
      ),
    )
    .$if(cost !== undefined, (query) => query.where(cost ?? 't.flops', 'is', null))
  const [all, lacking] = await Promise.all(
    [completed, without].map((query) =>
      query.select((row) => row.fn.countAll().as('trials')).executeTakeFirstOrThrow(),
    ),
  )
  const count = Number(lacking?.trials ?? 0)
  const ids = count === 0 ? [] : await without.select('t.id').orderBy('t.id').limit(mostIds).execute()
  const instead =
    count === 0
      ? []
      : await without
          .innerJoin('final_metrics as r', 'r.trial_id', 't.id')
          .select(['r.name', (row) => row.fn.countAll().as('trials')])
          .groupBy('r.name')
          .orderBy('trials', 'desc')
          .orderBy('r.name')
          .limit(mostNames)
          .execute()
  return {
    ...{ name, completed: Number(all?.trials ?? 0), lacking: count },
    ids: ids.map(({ id }) => id),
    instead: instead.map((row) => row.name),
  }
}
