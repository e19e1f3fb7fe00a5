import { sql, type Transaction } from 'kysely'

import { reportedValue } from '../programs/program.ts'
import type { StoppingRule } from '../stopping/rule.ts'
import { judgeAlone } from './judge-alone.ts'
import { judgeByRank } from './judge-by-rank.ts'
import type { Case, ReportChange } from './judged.ts'
import { lastOfEachEpoch } from './reports.ts'
import { rowsStatement } from './rows-statement.ts'
import type { Schema, TrialRow } from './schema.ts'

/** Of a sweep that ends trials early. */
export interface Judging {
  readonly sweepId: number
  readonly rule: StoppingRule
}

type Judged = Pick<TrialRow, 'id' | 'stop_reason' | 'continued_to' | 'flops' | 'parameter_count'>

const judgedTrials = rowsStatement<readonly [id: number], Judged>(
  ['integer'],
  (ids) => sql`
    with v (id) as (${ids})
    select t.id, t.stop_reason, t.continued_to, t.flops, t.parameter_count from v join trials t on t.id = v.id`,
)

/**
 * Has the rule judge the trials of these reports, in the transaction that writes them: what it decides is on record with
 * what it was decided from, and whoever takes the trial up again finds it. Returns why, by report.
 */
export async function judgeReports(
  db: Transaction<Schema>,
  { sweepId, rule }: Judging,
  reports: readonly ReportChange[],
): Promise<ReadonlyMap<ReportChange, string>> {
  const ids = [...new Set(reports.map(({ trialId }) => trialId))]
  const trials = new Map(
    (
      await judgedTrials(
        db,
        ids.map((id) => [id]),
      )
    ).map((trial) => [trial.id, trial]),
  )
  const stops = new Map<ReportChange, string>()
  const cases: Case[] = []
  for (const change of lastOfEachEpoch(reports)) {
    const trial = trials.get(change.trialId)
    // Somebody wants it trained on, whatever the rule says.
    if (trial?.continued_to !== null) continue
    if (trial.stop_reason !== null) {
      stops.set(change, trial.stop_reason)
      continue
    }
    const values = rule.objectives.map(({ name }) => reportedValue(change.report, name) ?? costOf(trial, name))
    if (values.every((value) => value !== undefined)) cases.push({ change, values })
  }

  const found =
    rule.compares === 'others' ? await judgeByRank(db, sweepId, rule, cases) : await judgeAlone(db, rule, cases)
  const stopped = new Set<number>()
  for (const { change, reason } of found) {
    stops.set(change, reason)
    if (stopped.has(change.trialId)) continue
    stopped.add(change.trialId)
    await recordStop(db, sweepId, change, reason)
  }
  return stops
}

async function recordStop(
  db: Transaction<Schema>,
  sweepId: number,
  { trialId, at }: ReportChange,
  reason: string,
): Promise<void> {
  await db.updateTable('trials').set({ stop_reason: reason }).where('id', '=', trialId).execute()
  await db
    .insertInto('events')
    .values({ sweep_id: sweepId, trial_id: trialId, at, kind: 'stopped', detail: reason })
    .execute()
}

function costOf(trial: Judged, name: string): number | undefined {
  return (name === 'flops' ? trial.flops : name === 'parameter_count' ? trial.parameter_count : null) ?? undefined
}
