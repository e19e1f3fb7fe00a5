import { sql, type Kysely, type Transaction } from 'kysely'

import type { Report } from '../programs/program.ts'
import type { Schema } from './schema.ts'

/** A metric of a trial, all its epochs in one. */
type FinalMetric = Schema['final_metrics']

/** SQLite takes 32,766 values a statement. */
const rowsPerInsert = 4_000

/** Counts reports in, in the transaction that writes them. The reports of one trial come in the order of their epochs. */
export async function addToFinalMetrics(
  db: Transaction<Schema>,
  reports: readonly { readonly trialId: number; readonly report: Report }[],
): Promise<void> {
  const rows = foldReports(reports)
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await db
      .insertInto('final_metrics')
      .values(rows.slice(from, from + rowsPerInsert))
      .onConflict((conflict) =>
        conflict.columns(['trial_id', 'name']).doUpdateSet((row) => ({
          epoch: row.ref('excluded.epoch'),
          value: row.ref('excluded.value'),
          total: row('final_metrics.total', '+', row.ref('excluded.total')),
          reports: row('final_metrics.reports', '+', row.ref('excluded.reports')),
          least: sql<number>`case when excluded.least < final_metrics.least then excluded.least else final_metrics.least end`,
          greatest: sql<number>`case when excluded.greatest > final_metrics.greatest then excluded.greatest else final_metrics.greatest end`,
        })),
      )
      .execute()
  }
}

/** A row a trial and metric: a statement may touch each row once. */
function foldReports(reports: readonly { readonly trialId: number; readonly report: Report }[]): FinalMetric[] {
  const folded = new Map<string, FinalMetric>()
  for (const { trialId, report } of reports) {
    const { epoch, ...metrics } = report
    for (const [name, value] of Object.entries(metrics)) {
      const key = `${trialId} ${name}`
      const { total, reports: count, least, greatest } = folded.get(key) ?? emptyMetric
      folded.set(key, {
        ...{ trial_id: trialId, name, epoch, value, total: total + value, reports: count + 1 },
        ...{ least: Math.min(least, value), greatest: Math.max(greatest, value) },
      })
    }
  }
  return [...folded.values()]
}

const emptyMetric = { total: 0, reports: 0, least: Infinity, greatest: -Infinity }

/** Works a trial's out anew, or every trial's: some of the metrics are gone. */
export async function recountFinalMetrics(db: Transaction<Schema>, trialId?: number): Promise<void> {
  const ofTrial = trialId === undefined ? sql`true` : sql`trial_id = ${trialId}`
  await sql`delete from final_metrics where ${ofTrial}`.execute(db)
  await sql`
    insert into final_metrics (trial_id, name, epoch, value, total, reports, least, greatest)
    select m.trial_id, m.name, m.epoch, m.value, a.total, a.reports, a.least, a.greatest
    from (
      select trial_id, name, max(epoch) as epoch, sum(value) as total, count(*) as reports, min(value) as least, max(value) as greatest
      from metrics
      where ${ofTrial}
      group by trial_id, name
    ) a
    join metrics m on m.trial_id = ${trialId ?? sql.ref('a.trial_id')} and m.name = a.name and m.epoch = a.epoch`.execute(
    db,
  )
}

export interface LastAndMean {
  readonly trial_id: number
  readonly name: string
  readonly value: number
  readonly mean: number
}

/** Last value and mean of every metric of a sweep's trials: of those that are named, or of all. */
export async function finalMetricsOf(
  db: Kysely<Schema>,
  sweepId: number,
  trialIds?: readonly number[],
): Promise<LastAndMean[]> {
  const metrics = db.selectFrom('trial_metrics as m').select(['m.trial_id', 'm.name', 'm.value', 'm.mean'])
  if (trialIds === undefined) {
    return metrics.innerJoin('trials as t', 't.id', 'm.trial_id').where('t.sweep_id', '=', sweepId).execute()
  }
  return trialIds.length === 0 ? [] : metrics.where('m.trial_id', 'in', trialIds).execute()
}
