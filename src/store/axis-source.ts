import { sql, type Kysely, type RawBuilder } from 'kysely'

import { parameterNumber } from '../../db/dialect.ts'
import type { Schema } from './schema.ts'

/** Where trials have what an axis names. */
export type AxisSource = 'metric' | 'count' | 'parameter'

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

function joined(alias: string, source: AxisSource, key: string): RawBuilder<unknown> {
  if (source !== 'metric') return sql``
  const metric = sql.ref(alias)
  return sql`left join trial_metrics ${metric} on ${metric}.trial_id = t.id and ${metric}.name = ${key}`
}

/** A number of a trial, null where it has none: its parameter may be a text in another trial. */
function valueOf(db: Kysely<Schema>, alias: string, source: AxisSource, key: string): RawBuilder<unknown> {
  switch (source) {
    case 'metric':
      return sql.ref(`${alias}.value`)
    case 'count':
      return sql.ref(`t.${key}`)
    case 'parameter':
      return parameterNumber(db, sql.ref('t.params'), key)
  }
}
