import { sql, type Kysely } from 'kysely'

import type { SweepMetric } from '../metrics/catalogue.ts'
import { trialValue } from './completed-rows.ts'
import type { Schema } from './schema.ts'

/** A point that two sweeps have both completed. */
export interface SharedPoint {
  /** Seeds that both have completed, by their place among the point's. */
  readonly seeds: number
  /** By metric: the mean over those seeds, in the one sweep and in the other; null where none of them has it. */
  readonly values: readonly (readonly [a: number | null, b: number | null])[]
}

/** The points that two sweeps have in common, in the order of the first one's plan. */
export async function sharedPoints(
  db: Kysely<Schema>,
  [a, b]: readonly [number, number],
  metrics: readonly SweepMetric[],
): Promise<SharedPoint[]> {
  const means = metrics.flatMap((metric, k) =>
    ['a', 'b'].map((trial) => sql`, avg(${valueIn(trial, metric)}) as ${sql.id(`${trial}_${k}`)}`),
  )
  const { rows } = await sql<{ seeds: number } & Record<string, number | null>>`
    select cast(count(*) as integer) as seeds ${sql.join(means, sql``)}
    from trials a
    join trials b on b.sweep_id = ${b} and b.params = a.params and b.repeat = a.repeat
    where a.sweep_id = ${a} and a.state = 'completed' and b.state = 'completed'
    group by a.params
    order by min(a.number)`.execute(db)
  return rows.map(({ seeds, ...row }) => ({
    seeds,
    values: metrics.map((_, k) => [row[`a_${k}`] ?? null, row[`b_${k}`] ?? null] as const),
  }))
}

function valueIn(trial: string, metric: SweepMetric) {
  return sql`(select ${trialValue(metric)} from trials t where t.id = ${sql.ref(`${trial}.id`)})`
}
