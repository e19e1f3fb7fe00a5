import { sql, type Kysely, type RawBuilder } from 'kysely'

import { parameterNumber } from '../../db/dialect.ts'
import type { Axis } from '../report/pareto.ts'
import type { Schema } from './schema.ts'

/** Where trials have what an axis names. */
type AxisSource = 'metric' | 'count' | 'parameter'

/** An axis that a completed trial at least has a value on. */
export interface FoundAxis extends Axis {
  readonly source: AxisSource
}

const counts = ['flops', 'parameter_count']

/** Whether a completed trial of a sweep has a number of this name, and as what; a parameter comes last. */
export async function findAxisSource(
  db: Kysely<Schema>,
  sweepId: number,
  key: string,
): Promise<AxisSource | undefined> {
  const sources: readonly AxisSource[] = counts.includes(key) ? ['count', 'metric'] : ['metric', 'parameter']
  for (const source of sources) {
    const some = await sql`
      select 1 from trials t ${joined('m', source, key)}
      where t.sweep_id = ${sweepId} and t.state = 'completed' and ${valueOf(db, 'm', source, key)} is not null
      limit 1`.execute(db)
    if (some.rows.length > 0) return source
  }
  return undefined
}

/**
 * The trials of a sweep to show first: those on its Pareto front, best on the last axis first, then the best of the rest.
 * Where not even the front fits, a part of it. For sweeps that are too large to be read whole.
 * @param byPoint true for the first trial of each point, by the means over its seeds
 */
export async function bestTrialIds(
  db: Kysely<Schema>,
  sweepId: number,
  axes: readonly FoundAxis[],
  limit: number,
  { byPoint = false }: { readonly byPoint?: boolean } = {},
): Promise<number[]> {
  const [x, y = x] = axes
  if (x === undefined || y === undefined) return []
  const { rows } = await sql<{ id: number }>`
    with points as materialized (
      select
        ${byPoint ? sql`min(t.id)` : sql`t.id`} as id,
        ${costOf(db, 'x', x, byPoint)} as x,
        ${costOf(db, 'y', y, byPoint)} as y
      from trials t ${joined('x', x.source, x.key)} ${joined('y', y.source, y.key)}
      where t.sweep_id = ${sweepId} and t.state = 'completed'
      ${byPoint ? sql`group by t.params` : sql``}
    ),
    ranked as (
      select
        id, x, y,
        min(y) over (partition by x) as least,
        min(case when x is not null then y end) over (
          order by x groups between unbounded preceding and 1 preceding
        ) as least_for_less
      from points
    )
    select id
    from ranked
    order by
      case
        when x is null or y is null then 2
        when y = least and (least_for_less is null or y < least_for_less) then 0
        else 1
      end,
      y,
      x,
      id
    limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Less is better. */
function costOf(
  db: Kysely<Schema>,
  alias: string,
  { source, key, goal }: FoundAxis,
  byPoint: boolean,
): RawBuilder<unknown> {
  const own = valueOf(db, alias, source, key)
  const value = byPoint ? sql`avg(cast(${own} as double precision))` : own
  return goal === 'minimize' ? value : sql`-${value}`
}

function joined(alias: string, source: AxisSource, key: string): RawBuilder<unknown> {
  if (source !== 'metric') return sql``
  const metric = sql.ref(alias)
  return sql`left join trial_metrics ${metric} on ${metric}.trial_id = t.id and ${metric}.name = ${key}`
}

/** A number of a trial, null where it has none: its parameter may be a text in another trial. */
function valueOf(db: Kysely<Schema>, alias: string, source: AxisSource, key: string): RawBuilder<unknown> {
  switch (source) {
    case 'metric':
      // One epoch's time says little; the mean of all says what an epoch takes.
      return sql.ref(`${alias}.${key === 'epoch_seconds' ? 'mean' : 'value'}`)
    case 'count':
      return sql.ref(`t.${key}`)
    case 'parameter':
      return parameterNumber(db, sql.ref('t.params'), key)
  }
}
