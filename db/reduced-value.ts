import { sql } from 'kysely'

/** The mean of a metric's reports in a trial, a row `f` of `final_metrics`. PostgreSQL refuses a quotient that rounds to 0. */
export const meanOfReports = sql`case when abs(f.total) < 1e-315 then 0.0 else f.total / f.reports end`
