import { sql, type Kysely, type RawBuilder } from 'kysely'

import { isSqlite } from '../../db/dialect.ts'
import type { Schema } from './schema.ts'

/**
 * The columns of a sweep's view that its parameters are, of a table `t`. SQLite takes each value as it is. A column of
 * PostgreSQL is of one type: numbers where every trial has one (or a truth value: 1 or 0), else texts.
 */
export async function parameterColumns(
  db: Kysely<Schema>,
  sweepId: number,
  names: readonly string[],
): Promise<RawBuilder<unknown>[]> {
  const types = isSqlite(db) ? undefined : await typesOf(db, sweepId)
  return names.map((name) => {
    const text = sql`t.params ->> ${sql.lit(name)}`
    switch (types?.get(name)) {
      case 'number':
        return sql`parameter_number(t.params, ${sql.lit(name)})`
      case 'boolean':
        return sql`case ${text} when 'true' then 1 when 'false' then 0 end`
      default:
        return text
    }
  })
}

/** The one type of JSON that a parameter has in all trials; none for one that has several. */
async function typesOf(db: Kysely<Schema>, sweepId: number): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select p.key as name, min(json_typeof(p.value)) as type
    from trials t, json_each(t.params::json) p
    where t.sweep_id = ${sweepId} and json_typeof(p.value) <> 'null'
    group by p.key
    having count(distinct json_typeof(p.value)) = 1`.execute(db)
  return new Map(rows.map(({ name, type }) => [name, type]))
}
