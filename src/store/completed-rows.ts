import { sql, type Kysely, type RawBuilder } from 'kysely'

import type { SweepMetric } from '../metrics/catalogue.ts'
import { metricColumn } from './points-view.ts'
import type { Schema, TrialRow } from './schema.ts'

/** A completed trial with its values of some metrics, under their reductions. */
export type CompletedRow = Pick<TrialRow, 'id' | 'number' | 'params' | 'seed' | 'finished_at' | 'violation'> & {
  /** By the place of the metric among those that were asked for; null where the trial has none. */
  readonly values: readonly (number | null)[]
}

const rowsPerPage = 5_000

/**
 * The completed trials of a sweep in the order of its plan, one page at a time. The condition on the state uses no index:
 * that of the numbers returns a page without reading the others.
 */
export async function* completedPages(
  db: Kysely<Schema>,
  sweepId: number,
  metrics: readonly SweepMetric[],
): AsyncGenerator<readonly CompletedRow[]> {
  let last = 0
  for (;;) {
    const rows = await selectRows(
      db,
      metrics,
      sql`
      from trials t
      where t.sweep_id = ${sweepId} and t.number > ${last} and coalesce(t.state, '') = 'completed'
      order by t.number
      limit ${rowsPerPage}`,
    )
    const end = rows.at(-1)
    if (end === undefined) return
    yield rows
    last = end.number
  }
}

/** The completed trials of a trial's point, itself among them, in the order of their seeds. */
export function seedsOfPoint(
  db: Kysely<Schema>,
  trialId: number,
  metrics: readonly SweepMetric[],
): Promise<readonly CompletedRow[]> {
  return selectRows(
    db,
    metrics,
    sql`
    from trials own join trials t on t.sweep_id = own.sweep_id and t.params = own.params
    where own.id = ${trialId} and t.state = 'completed'
    order by t.repeat`,
  )
}

async function selectRows(
  db: Kysely<Schema>,
  metrics: readonly SweepMetric[],
  from: RawBuilder<unknown>,
): Promise<CompletedRow[]> {
  const values = metrics.map((metric, k) => sql`, ${trialValue(metric)} as ${sql.id(columnOf(k))}`)
  const { rows } = await sql<Omit<CompletedRow, 'values'> & Record<string, unknown>>`
    select t.id, t.number, t.params, t.seed, t.finished_at, t.violation ${sql.join(values, sql``)}
    ${from}`.execute(db)
  const columns = metrics.map((_, k) => columnOf(k))
  // In place: a copy of each of 100,000 rows takes longer than to read them.
  for (const row of rows) row.values = columns.map((column) => row[column])
  return rows as unknown as CompletedRow[]
}

function columnOf(k: number): string {
  return `value_${k}`
}

/** The value of a metric for a row `t` of `trials`: a cost that was counted, else what the trial reported, reduced. */
export function trialValue(metric: SweepMetric): RawBuilder<unknown> {
  const reported = metricColumn(metric)
  if (metric.name !== 'flops' && metric.name !== 'parameter_count') return reported
  return sql`coalesce(cast(t.${sql.id(metric.name)} as double precision), ${reported})`
}

/** The first trial of each point, by its parameters. */
export async function firstTrials(db: Kysely<Schema>, sweepId: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('trials')
    .select((trials) => ['params', trials.fn.min('id').as('id')])
    .where('sweep_id', '=', sweepId)
    .groupBy('params')
    .execute()
  return new Map(rows.map(({ params, id }) => [params, id]))
}
