import { sql, type Transaction } from 'kysely'

import type { Report } from '../programs/program.ts'
import { dropArtifacts, recordArtifact } from './artifacts.ts'
import type { ChangeOf } from './change.ts'
import { addToFinalMetrics, recountFinalMetrics } from './final-metrics.ts'
import { rowsStatement } from './rows-statement.ts'
import { supersedeRungs } from './rungs.ts'
import type { Schema } from './schema.ts'
import { addKnownMetrics } from './sweep-metrics.ts'

interface RunningAttempt {
  readonly id: number
  readonly attempt: number
  readonly sweep_id: number
}

const runningAttempts = rowsStatement<readonly [number], RunningAttempt>(
  ['integer'],
  (ids) => sql`
    with v (id) as (${ids})
    select t.id, t.attempt, t.sweep_id from v join trials t on t.id = v.id where t.state = 'running'`,
)

/** The sweep of each report whose attempt runs. One that was taken back may not know yet: what it reports late does not count. */
export async function runningReports(
  db: Transaction<Schema>,
  reports: readonly ChangeOf<'report'>[],
): Promise<ReadonlyMap<ChangeOf<'report'>, number>> {
  const ids = [...new Set(reports.map(({ trialId }) => trialId))]
  const rows = await runningAttempts(
    db,
    ids.map((id) => [id]),
  )
  const running = new Map(rows.map((row) => [row.id, row]))
  return new Map(
    reports.flatMap((report) => {
      const its = running.get(report.trialId)
      return its?.attempt === report.attempt ? [[report, its.sweep_id]] : []
    }),
  )
}

/** Those that are there already, of reports in the order in which their trials made them. */
export async function recordedReports(
  db: Transaction<Schema>,
  reports: readonly ChangeOf<'report'>[],
): Promise<ReadonlySet<ChangeOf<'report'>>> {
  if (reports.length === 0) return new Set()
  const rows = await db
    .selectFrom('metrics')
    .select((all) => ['trial_id', all.fn.max('epoch').as('epoch')])
    .where('trial_id', 'in', [...new Set(reports.map(({ trialId }) => trialId))])
    .groupBy('trial_id')
    .execute()
  const last = new Map(rows.map(({ trial_id, epoch }) => [trial_id, epoch]))
  const recorded = new Set<ChangeOf<'report'>>()
  for (const change of reports) {
    const { trialId, attempt, report, tellsResumedEpoch = false } = change
    if (report.epoch > (last.get(trialId) ?? 0)) continue
    // Until it tells, what is there is of the attempt before it.
    const isTold = !(tellsResumedEpoch && attempt > 1) || (await hasSuperseded(db, trialId, attempt - 1, report.epoch))
    if (isTold) recorded.add(change)
    else last.delete(trialId)
  }
  return recorded
}

async function hasSuperseded(db: Transaction<Schema>, trialId: number, attempt: number, epoch: number) {
  const row = await db
    .selectFrom('superseded_metrics')
    .select('epoch')
    .where('trial_id', '=', trialId)
    .where('attempt', '=', attempt)
    .where('epoch', '>=', epoch)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** What comes with a report: its checkpoint, and from where its attempt went on. */
export async function settleReport(db: Transaction<Schema>, change: ChangeOf<'report'>): Promise<void> {
  const { trialId, attempt, report, tellsResumedEpoch = false, checkpoint, folder, drop = [], at } = change
  if (tellsResumedEpoch && attempt > 1) {
    await supersedeMetrics(db, trialId, attempt - 1, report.epoch - 1)
    await db
      .updateTable('attempts')
      .set({ resumed_epoch: report.epoch - 1 })
      .where('trial_id', '=', trialId)
      .where('attempt', '=', attempt)
      .execute()
  }
  if (checkpoint !== undefined) await recordArtifact(db, trialId, { ...checkpoint, epoch: report.epoch }, at)
  if (folder !== undefined) await recordArtifact(db, trialId, { ...folder, epoch: report.epoch }, at, 'folder')
  await dropArtifacts(db, drop)
}

/** What is trained again was reported before: the metrics of the epochs above move to `superseded_metrics`. */
export async function supersedeMetrics(
  db: Transaction<Schema>,
  trialId: number,
  attempt: number,
  aboveEpoch: number,
): Promise<void> {
  await db
    .insertInto('superseded_metrics')
    .columns(['trial_id', 'attempt', 'epoch', 'name', 'value'])
    .expression((from) =>
      from
        .selectFrom('metrics')
        .select((row) => [
          'trial_id',
          row.cast<number>(row.val(attempt), 'integer').as('attempt'),
          'epoch',
          'name',
          'value',
        ])
        .where('trial_id', '=', trialId)
        .where('epoch', '>', aboveEpoch),
    )
    .execute()
  await db.deleteFrom('metrics').where('trial_id', '=', trialId).where('epoch', '>', aboveEpoch).execute()
  await recountFinalMetrics(db, trialId)
  await supersedeRungs(db, trialId, aboveEpoch)
}

const insertMetrics = rowsStatement<readonly [trial_id: number, epoch: number, name: string, value: number]>(
  ['integer', 'integer', 'text', 'double precision'],
  (rows) => sql`insert into metrics (trial_id, epoch, name, value) ${rows}`,
)

export async function recordReports(
  db: Transaction<Schema>,
  reports: readonly { readonly sweepId: number; readonly trialId: number; readonly report: Report }[],
): Promise<void> {
  const names = new Map<number, Set<string>>()
  for (const { sweepId, report } of reports) {
    const own = names.get(sweepId) ?? new Set<string>()
    names.set(sweepId, own)
    for (const name of Object.keys(report)) if (name !== 'epoch') own.add(name)
  }
  for (const [sweepId, own] of names) await addKnownMetrics(db, sweepId, 'reported', own)
  await insertMetrics(
    db,
    reports.flatMap(({ trialId, report: { epoch, ...metrics } }) =>
      Object.entries(metrics).map(([name, value]) => [trialId, epoch, name, value] as const),
    ),
  )
  await addToFinalMetrics(db, reports)
}
