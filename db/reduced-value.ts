import { sql, type RawBuilder } from 'kysely'

/** The reduced value of a row `f` of `final_metrics` in SQL: the same as `reducedValue` in src/metrics/reduction.ts. */
export function reducedValue(reduction: RawBuilder<unknown>, goal: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case ${reduction} when 'mean' then ${meanOfReports} when 'best' then case ${goal} when 'maximize' then f.greatest else f.least end else f.value end`
}

/** PostgreSQL takes a quotient that rounds to 0 for an error. */
export const meanOfReports = sql`case when abs(f.total) < 1e-315 then 0.0 else f.total / f.reports end`
