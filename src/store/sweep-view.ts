import { createHash } from 'node:crypto'

import { sql, type Kysely } from 'kysely'

import { longestName, takeDefinitions } from '../../db/dialect.ts'
import { parameterColumns } from './parameter-columns.ts'
import type { Schema, SweepRow } from './schema.ts'

/** The name of the view that has a column a parameter and a column a metric: `sweep_mnist_depth_width`. */
export function sweepViewName(sweepName: string): string {
  const name = `sweep_${sweepName.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`
  if (name.length <= mostLetters) return name
  const hash = createHash('sha256').update(sweepName).digest('hex').slice(0, 8)
  return `${name.slice(0, mostLetters - 9)}_${hash}`
}

/** PostgreSQL would cut off what is longer, and take two names for one. */
const mostLetters = 63

/** Columns of every sweep's view, in front of its parameters. */
export const fixedColumns = [
  'trial_id',
  'number',
  'state',
  'attempt',
  'repeat',
  'seed',
  'parameter_count',
  'flops',
  'weights_sha256',
  'stop_reason',
] as const

/** SQLite's are 2000, also those of a question that adds some of its own. */
export const mostColumns = 1_000

/**
 * Makes or replaces a sweep's own view. A name that is taken already, in whatever case, gets a prefix (`param_seed`,
 * `metric_flops`), and a number if need be. What is more than `mostColumns` is left out, and there to ask in `trials.params` and `trial_metrics`.
 */
export async function defineSweepView(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'name'>,
  parameters: readonly string[],
  metrics: readonly string[],
): Promise<void> {
  const taken = new Set<string>(fixedColumns)
  const longest = longestName(db)
  const columnName = (prefix: string, name: string) => {
    let column = shortened(name, longest)
    for (let k = 1; taken.has(caseless(column)); k++) {
      const ending = k === 1 ? '' : `_${k}`
      column = shortened(`${prefix}_${name}`, longest - ending.length) + ending
    }
    taken.add(caseless(column))
    return sql.id(column)
  }
  const shown = parameters.slice(0, mostColumns)
  const columns = [
    sql`t.id as trial_id`,
    ...fixedColumns.slice(1).map((column) => sql`t.${sql.id(column)}`),
    ...(await parameterColumns(db, sweep.id, shown)).map(
      (column, k) => sql`${column} as ${columnName('param', shown[k] ?? '')}`,
    ),
    ...metrics.slice(0, mostColumns).map(
      (name) => sql`(
        select m.value from final_metrics m where m.trial_id = t.id and m.name = ${sql.lit(name)}
      ) as ${columnName('metric', name)}`,
    ),
  ].slice(0, mostColumns)
  const view = sql.id(sweepViewName(sweep.name))
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await takeDefinitions(transaction)
      await sql`drop view if exists ${view}`.execute(transaction)
      await sql`create view ${view} as select ${sql.join(columns)} from trials t where t.sweep_id = ${sql.lit(sweep.id)}`.execute(
        transaction,
      )
    })
}

/** As much of a name as so many bytes hold. */
function shortened(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name
  // A letter that is cut in two is none.
  return new TextDecoder().decode(Buffer.from(name).subarray(0, bytes), { stream: true })
}

/** As SQLite compares the names of columns. */
function caseless(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** The metrics that a sweep's trials have reported so far. */
export async function metricNamesOf(db: Kysely<Schema>, sweepId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('final_metrics as m')
    .innerJoin('trials', 'trials.id', 'm.trial_id')
    .select('m.name')
    .distinct()
    .where('trials.sweep_id', '=', sweepId)
    .orderBy('m.name')
    .execute()
  return rows.map((row) => row.name)
}
