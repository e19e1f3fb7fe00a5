import { sql, type Kysely, type RawBuilder } from 'kysely'

import type { Schema, TrialRow } from './schema.ts'

/** A completed trial with what it reported last. */
export type CompletedRow = Pick<
  TrialRow,
  'id' | 'number' | 'params' | 'repeat' | 'seed' | 'flops' | 'parameter_count' | 'finished_at'
> & {
  /** By the place of the metric among those that were asked for; null where it has not reported it. */
  readonly values: readonly (number | null)[]
}

const rowsPerPage = 5_000

/**
 * The completed trials of a sweep in the order of its plan, some at a time, with the last values of some metrics. The state
 * is asked for in a way that no index answers: that of the numbers gives a page without reading the others.
 */
export async function* completedPages(
  db: Kysely<Schema>,
  sweepId: number,
  metrics: readonly string[],
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
  metrics: readonly string[],
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
  metrics: readonly string[],
  from: RawBuilder<unknown>,
): Promise<CompletedRow[]> {
  const values = metrics.map((name, k) => {
    const value = sql`(select m.value from final_metrics m where m.trial_id = t.id and m.name = ${name})`
    // Where it was counted nobody has to look whether it was reported.
    const isCounted = name === 'flops' || name === 'parameter_count'
    return sql`, ${isCounted ? sql`case when ${sql.ref(`t.${name}`)} is null then ${value} end` : value} as ${sql.id(columnOf(k))}`
  })
  const { rows } = await sql<Omit<CompletedRow, 'values'> & Record<string, unknown>>`
    select t.id, t.number, t.params, t.repeat, t.seed, t.flops, t.parameter_count, t.finished_at
      ${sql.join(values, sql``)}
    ${from}`.execute(db)
  return rows.map((row) => ({ ...row, values: metrics.map((_, k) => row[columnOf(k)] as number | null) }))
}

function columnOf(k: number): string {
  return `value_${k}`
}

/** What a trial has of a name that an objective or a constraint may say: a cost that was counted, or what it reported. */
export function valueOf(row: CompletedRow, name: string, metrics: readonly string[]): number | undefined {
  const counted = name === 'flops' ? row.flops : name === 'parameter_count' ? row.parameter_count : null
  return counted ?? row.values[metrics.indexOf(name)] ?? undefined
}
