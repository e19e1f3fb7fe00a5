import { sql, type Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/** The best point of a sweep by its first objective. */
export interface BestValue {
  readonly sweep_id: number
  readonly objective: string
  readonly value: number
  /** The standard error of the mean; null for a single seed. */
  readonly value_se: number | null
}

/** The best point of each sweep that has one, of equal ones the first; in SQL, for stores with many large sweeps. */
export async function bestValues(db: Kysely<Schema>): Promise<BestValue[]> {
  const { rows } = await sql<BestValue>`
    with eligible as materialized (
      select p.sweep_id, p.trial_id, p.objective, p.value, p.value_se,
        case a.goal when 'maximize' then -p.value else p.value end as cost
      from points p join sweep_axes a on a.sweep_id = p.sweep_id
      where p.eligible = 1
    ),
    least as materialized (select sweep_id, min(cost) as cost from eligible group by sweep_id),
    best as materialized (
      select e.sweep_id, min(e.trial_id) as trial_id
      from eligible e join least l on l.sweep_id = e.sweep_id and l.cost = e.cost
      group by e.sweep_id
    )
    select e.sweep_id, e.objective, e.value, e.value_se
    from best b join eligible e on e.trial_id = b.trial_id`.execute(db)
  return rows
}
