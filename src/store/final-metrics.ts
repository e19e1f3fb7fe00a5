import { sql, type Kysely, type Transaction } from 'kysely'

import { plus } from '../../db/dialect.ts'
import type { ReportTotals } from '../metrics/reduction.ts'
import type { Report } from '../programs/program.ts'
import { rowsStatement } from './rows-statement.ts'
import type { Schema } from './schema.ts'

const addRows = rowsStatement<
  readonly [trial_id: number, name: string, epoch: number, value: number, total: number, reports: number, ...Bounds]
>(
  [
    'integer',
    'text',
    'integer',
    'double precision',
    'double precision',
    'integer',
    'double precision',
    'double precision',
  ],
  (rows, db) => sql`
    insert into final_metrics as f (trial_id, name, epoch, value, total, reports, least, greatest) ${rows}
    on conflict (trial_id, name) do update set
      epoch = excluded.epoch,
      value = excluded.value,
      total = ${plus(db, sql`f.total`, sql`excluded.total`)},
      reports = f.reports + excluded.reports,
      least = case when excluded.least < f.least then excluded.least else f.least end,
      greatest = case when excluded.greatest > f.greatest then excluded.greatest else f.greatest end`,
)

type Bounds = readonly [least: number, greatest: number]

/** Counts reports in, in the transaction that writes them. The reports of one trial come in the order of their epochs. */
export async function addToFinalMetrics(
  db: Transaction<Schema>,
  reports: readonly { readonly trialId: number; readonly report: Report }[],
): Promise<void> {
  await addRows(
    db,
    foldReports(reports).map(({ trial_id, name, epoch, value, total, reports: count, least, greatest }) => [
      ...([trial_id, name, epoch, value, total, count] as const),
      ...([least, greatest] as const),
    ]),
  )
}

/** A row a trial and metric: a statement may touch each row once. */
function foldReports(
  reports: readonly { readonly trialId: number; readonly report: Report }[],
): Schema['final_metrics'][] {
  const folded = new Map<string, Schema['final_metrics']>()
  for (const { trialId, report } of reports) {
    const { epoch, ...metrics } = report
    for (const [name, value] of Object.entries(metrics)) {
      const key = `${trialId} ${name}`
      const { total, reports: count, least, greatest } = folded.get(key) ?? none
      folded.set(key, {
        ...{ trial_id: trialId, name, epoch, value, total: total + value, reports: count + 1 },
        ...{ least: Math.min(least, value), greatest: Math.max(greatest, value) },
      })
    }
  }
  return [...folded.values()]
}

const none = { total: 0, reports: 0, least: Infinity, greatest: -Infinity }

/** Works a trial's out anew: some of its metrics are gone. */
export async function recountFinalMetrics(db: Transaction<Schema>, trialId: number): Promise<void> {
  await db.deleteFrom('final_metrics').where('trial_id', '=', trialId).execute()
  await sql`
    insert into final_metrics (trial_id, name, epoch, value, total, reports, least, greatest)
    select m.trial_id, m.name, m.epoch, m.value, a.total, a.reports, a.least, a.greatest
    from (
      select name, max(epoch) as epoch, total(value) as total, count(*) as reports, min(value) as least, max(value) as greatest
      from metrics
      where trial_id = ${trialId}
      group by name
    ) a
    join metrics m on m.trial_id = ${trialId} and m.name = a.name and m.epoch = a.epoch`.execute(db)
}

/** SQLite takes 32,766 values a statement. */
const idsAtOnce = 10_000

export interface TrialTotals extends ReportTotals {
  readonly trial_id: number
  readonly name: string
}

/** What is kept of every metric of a sweep's trials: of those with these ids, or of all. */
export async function finalMetricsOf(
  db: Kysely<Schema>,
  sweepId: number,
  trialIds?: readonly number[],
): Promise<TrialTotals[]> {
  const metrics = db
    .selectFrom('final_metrics as m')
    .select(['m.trial_id', 'm.name', 'm.value', 'm.total', 'm.reports', 'm.least', 'm.greatest'])
  if (trialIds === undefined) {
    return metrics.innerJoin('trials as t', 't.id', 'm.trial_id').where('t.sweep_id', '=', sweepId).execute()
  }
  const found: TrialTotals[] = []
  for (let from = 0; from < trialIds.length; from += idsAtOnce) {
    found.push(...(await metrics.where('m.trial_id', 'in', trialIds.slice(from, from + idsAtOnce)).execute()))
  }
  return found
}

/** The first trial of a sweep that has had a metric as good as `value`, and how good. */
export async function firstToReach(
  db: Kysely<Schema>,
  sweepId: number,
  { name, goal, value }: { readonly name: string; readonly goal: 'minimize' | 'maximize'; readonly value: number },
): Promise<{ readonly id: number; readonly value: number } | undefined> {
  const best = goal === 'maximize' ? 'm.greatest' : 'm.least'
  return db
    .selectFrom('trials as t')
    .innerJoin('final_metrics as m', 'm.trial_id', 't.id')
    .select(['t.id', `${best} as value`])
    .where('t.sweep_id', '=', sweepId)
    .where('m.name', '=', name)
    .where(best, goal === 'maximize' ? '>=' : '<=', value)
    .orderBy('t.id')
    .limit(1)
    .executeTakeFirst()
}
