import { sql, type Transaction } from 'kysely'

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
  // What a trial reported after a report that is missing is missing, too.
  const incomplete = new Set<number>()
  for (const change of reports) {
    const { trialId, report } = change
    if (incomplete.has(trialId)) continue
    const isThere = report.epoch <= (last.get(trialId) ?? 0) && (await isTold(db, change)) && (await hasAll(db, change))
    if (isThere) recorded.add(change)
    else incomplete.add(trialId)
  }
  return recorded
}

/** False if what is there is of the attempt before: this one has not told yet from where it goes on. */
async function isTold(db: Transaction<Schema>, change: ChangeOf<'report'>): Promise<boolean> {
  const { trialId, attempt, report, tellsResumedEpoch = false } = change
  return !(tellsResumedEpoch && attempt > 1) || hasSuperseded(db, trialId, attempt - 1, report.epoch)
}

/** True if all values of a report are there: of an epoch that several reports make up some may be missing. */
async function hasAll(db: Transaction<Schema>, { trialId, report }: ChangeOf<'report'>): Promise<boolean> {
  const { epoch, ...metrics } = report
  const known = await valuesAt(db, trialId, epoch)
  return Object.entries(metrics).every(([name, value]) => known.get(name) === value)
}

async function valuesAt(db: Transaction<Schema>, trialId: number, epoch: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('metrics')
    .select(['name', 'value'])
    .where('trial_id', '=', trialId)
    .where('epoch', '=', epoch)
    .execute()
  return new Map(rows.map(({ name, value }) => [name, value]))
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
    // An attempt that tells twice from where it goes on, because the first answer was lost, leaves what is there.
    .onConflict((conflict) => conflict.columns(['trial_id', 'attempt', 'epoch', 'name']).doNothing())
    .execute()
  await db.deleteFrom('metrics').where('trial_id', '=', trialId).where('epoch', '>', aboveEpoch).execute()
  await db.deleteFrom('reported_epochs').where('trial_id', '=', trialId).where('epoch', '>', aboveEpoch).execute()
  await recountFinalMetrics(db, trialId)
  await supersedeRungs(db, trialId, aboveEpoch)
}

type MetricCells = readonly [trial_id: number, epoch: number, name: string, value: number]

const insertMetrics = rowsStatement<MetricCells>(
  ['integer', 'integer', 'text', 'double precision'],
  (rows) => sql`insert into metrics (trial_id, epoch, name, value) ${rows}`,
)

const mergeMetrics = rowsStatement<MetricCells>(
  ['integer', 'integer', 'text', 'double precision'],
  (rows) => sql`
    with v (trial_id, epoch, name, value) as (${rows})
    insert into metrics (trial_id, epoch, name, value)
    select trial_id, epoch, name, value from v where true
    on conflict (trial_id, epoch, name) do update set value = excluded.value`,
)

type NewReport = Pick<ChangeOf<'report'>, 'trialId' | 'report' | 'isContinued'>

/** With the sweep that it belongs to. */
type ReportOfSweep = NewReport & { readonly sweepId: number }

/** Writes reports, in the order in which their trials made them; a report of an epoch that is there adds to it. */
export async function recordReports(db: Transaction<Schema>, reports: readonly ReportOfSweep[]): Promise<void> {
  const names = new Map<number, Set<string>>()
  for (const { sweepId, report } of reports) {
    const own = names.get(sweepId) ?? new Set<string>()
    names.set(sweepId, own)
    for (const name of Object.keys(report)) if (name !== 'epoch') own.add(name)
  }
  for (const [sweepId, own] of names) await addKnownMetrics(db, sweepId, 'reported', own)
  const added: NewReport[] = []
  const overwritten = new Set<number>()
  for (const each of lastOfEachEpoch(reports)) {
    const { trialId, report, isContinued = false } = each
    const { epoch, ...metrics } = report
    const known = isContinued ? await valuesAt(db, trialId, epoch) : new Map<string, number>()
    const changed = Object.entries(metrics).filter(([name, value]) => known.get(name) !== value)
    if (changed.some(([name]) => known.has(name))) overwritten.add(trialId)
    added.push({ trialId, report: { epoch, ...Object.fromEntries(changed) }, isContinued })
  }
  await insertMetrics(db, added.filter(({ isContinued }) => !isContinued).flatMap(rowsOf))
  await mergeMetrics(db, added.filter(({ isContinued }) => isContinued).flatMap(rowsOf))
  await addToFinalMetrics(
    db,
    added.filter(({ trialId }) => !overwritten.has(trialId)),
  )
  for (const trialId of overwritten) await recountFinalMetrics(db, trialId)
}

function rowsOf({ trialId, report: { epoch, ...metrics } }: NewReport): MetricCells[] {
  return Object.entries(metrics).map(([name, value]) => [trialId, epoch, name, value])
}

/** Keeps the last of the reports that make up an epoch: it holds what the others have. */
export function lastOfEachEpoch<R extends NewReport>(reports: readonly R[]): R[] {
  if (!reports.some(({ isContinued }) => isContinued)) return [...reports]
  const last = new Map<string, R>()
  for (const each of reports) {
    const key = `${each.trialId} ${each.report.epoch}`
    // In the place of the first, so that epochs stay in order.
    last.set(key, each)
  }
  return [...last.values()]
}
