import { sql, type Transaction } from 'kysely'

import { betterThan, costsOf } from '../stopping/non-dominated.ts'
import type { Epoch, LoneRule, RankingRule, StoppingRule } from '../stopping/rule.ts'
import { numerals, worseThan } from '../stopping/words.ts'
import type { ChangeOf } from './change.ts'
import { rowsStatement } from './rows-statement.ts'
import { pointsAtRung, recordRungs, standingsOf, valueAtPlace, type Standing } from './rungs.ts'
import type { Schema, TrialRow } from './schema.ts'

/** Of a sweep that ends trials early. */
export interface Judging {
  readonly sweepId: number
  readonly rule: StoppingRule
}

type ReportChange = ChangeOf<'report'>
type Judged = Pick<TrialRow, 'id' | 'stop_reason' | 'continued_to' | 'flops' | 'parameter_count'>

const judgedTrials = rowsStatement<readonly [id: number], Judged>(
  ['integer'],
  (ids) => sql`
    with v (id) as (${ids})
    select t.id, t.stop_reason, t.continued_to, t.flops, t.parameter_count from v join trials t on t.id = v.id`,
)

/** A report that a rule has something to say about. */
interface Case {
  readonly change: ReportChange
  readonly values: readonly number[]
}

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
  for (const change of reports) {
    const trial = trials.get(change.trialId)
    // Somebody wants it trained on, whatever the rule says.
    if (trial === undefined || trial.continued_to !== null) continue
    if (trial.stop_reason !== null) {
      stops.set(change, trial.stop_reason)
      continue
    }
    const values = rule.objectives.map(({ name }) => change.report[name] ?? costOf(trial, name))
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

interface Stop {
  readonly change: ReportChange
  readonly reason: string
}

async function judgeByRank(
  db: Transaction<Schema>,
  sweepId: number,
  rule: RankingRule,
  cases: readonly Case[],
): Promise<Stop[]> {
  // Who has come to which rung.
  const past = await pastOf(db, rule, cases)
  const placed = cases.flatMap(({ change, values }) => {
    const rung = rule.rungAt(rule.counts === 'epochs' ? change.report.epoch : (past.get(change)?.reports ?? 0))
    return rung === undefined ? [] : [{ change, values, rung, trialId: change.trialId }]
  })
  const arrivals = new Set(
    (
      await recordRungs(
        db,
        sweepId,
        firstOfEach(placed).map(({ change, values, rung, trialId }) => ({
          trialId,
          rung,
          values,
          epoch: change.report.epoch,
        })),
      )
    ).map(({ trial_id, rung }) => `${trial_id} ${rung}`),
  )

  // Where it stands there. Whoever has trained to its end has nothing left to stop.
  const judged = firstOfEach(placed).filter(({ change, trialId, rung }) => {
    const isLast = change.report.epoch >= (change.lastEpoch ?? Infinity)
    return !isLast && (rule.isJudgedAgain || arrivals.has(`${trialId} ${rung}`))
  })
  const shown = judged.map(({ change, trialId, rung }) => ({ trialId, rung, shown: past.get(change)?.best ?? null }))
  const standings = await standingsAmong(db, sweepId, rule, shown)
  const stops: Stop[] = []
  for (const standing of standings) {
    const most = rule.mostAhead(standing.reached)
    const found = judged.find(({ trialId, rung }) => trialId === standing.trialId && rung === standing.rung)
    if (found === undefined || standing.better <= most) continue
    stops.push({ change: found.change, reason: await reasonOf(db, sweepId, rule, standing, most, found.change) })
  }
  return stops
}

/** Where trials stand by one objective, or by the front that they are in. */
async function standingsAmong(
  db: Transaction<Schema>,
  sweepId: number,
  { objectives }: RankingRule,
  shown: readonly { readonly trialId: number; readonly rung: number; readonly shown: number | null }[],
): Promise<Standing[]> {
  const [objective, second] = objectives
  if (objective === undefined) return []
  if (second === undefined) return standingsOf(db, sweepId, objective.goal, shown)
  const standings: Standing[] = []
  for (const { trialId, rung } of shown) {
    const points = await pointsAtRung(db, sweepId, rung)
    const own = points.findIndex((point) => point.trialId === trialId)
    const better = betterThan(
      own,
      points.map(({ values }) => costsOf(values, objectives)),
    )
    standings.push({ trialId, rung, reached: points.length, better, shown: points[own]?.values[0] ?? 0 })
  }
  return standings
}

async function reasonOf(
  db: Transaction<Schema>,
  sweepId: number,
  rule: RankingRule,
  { rung, reached, better, shown }: Standing,
  most: number,
  { report: { epoch } }: ReportChange,
): Promise<string> {
  const [objective, second] = rule.objectives
  const mark = rule.markOf(reached)
  if (objective === undefined || second !== undefined) {
    const names = rule.objectives.map(({ name }) => name).join(' and ')
    return `stopped at epoch ${epoch}: by ${names} it is not of ${mark}: ${better} are in better fronts`
  }
  const { name, goal } = objective
  const [own, their] = numerals(shown, (await valueAtPlace(db, sweepId, rung, goal, most)) ?? NaN)
  return `stopped at epoch ${epoch}: ${name} ${own} is ${worseThan(goal)} the ${their} that ${mark} reached ${rung === epoch ? 'there' : `at rung ${rung}`}`
}

/** How often a trial has reported the rule's metric, this report included, and the best that it had. */
async function pastOf(
  db: Transaction<Schema>,
  { objectives, counts, shows }: RankingRule,
  cases: readonly Case[],
): Promise<ReadonlyMap<ReportChange, { readonly reports: number; readonly best: number | null }>> {
  const past = new Map<ReportChange, { reports: number; best: number | null }>()
  const [objective] = objectives
  if (objective === undefined || (counts === 'epochs' && shows === 'rung') || cases.length === 0) return past
  const rows = await db
    .selectFrom('final_metrics')
    .select(['trial_id', 'reports', 'least', 'greatest'])
    .where('trial_id', 'in', [...new Set(cases.map(({ change }) => change.trialId))])
    .where('name', '=', objective.name)
    .execute()
  const byTrial = new Map(rows.map((row) => [row.trial_id, row]))
  // What was written together was counted together.
  const later = new Map<number, number>()
  for (const { change } of cases.toReversed()) {
    const row = byTrial.get(change.trialId)
    if (row === undefined) continue
    const after = later.get(change.trialId) ?? 0
    later.set(change.trialId, after + 1)
    const best = objective.goal === 'maximize' ? row.greatest : row.least
    past.set(change, { reports: row.reports - after, best: shows === 'best' && objectives.length === 1 ? best : null })
  }
  return past
}

async function judgeAlone(db: Transaction<Schema>, rule: LoneRule, cases: readonly Case[]): Promise<Stop[]> {
  const stops: Stop[] = []
  for (const { change, values } of cases) {
    const { epoch } = change.report
    if (epoch >= (change.lastEpoch ?? Infinity)) continue
    const reason = rule.judge(rule.sees === 'report' ? [{ epoch, values }] : await historyOf(db, rule, change, values))
    if (reason !== undefined) stops.push({ change, reason })
  }
  return stops
}

/** A trial's epochs up to a report, those in which it reported all that the rule looks at. */
async function historyOf(
  db: Transaction<Schema>,
  { objectives }: LoneRule,
  { trialId, report }: ReportChange,
  now: readonly number[],
): Promise<Epoch[]> {
  const names = objectives.map(({ name }) => name)
  const rows = await db
    .selectFrom('metrics')
    .select(['epoch', 'name', 'value'])
    .where('trial_id', '=', trialId)
    .where('name', 'in', names)
    .where('epoch', '<', report.epoch)
    .orderBy('epoch')
    .execute()
  const epochs = new Map<number, Map<string, number>>()
  for (const { epoch, name, value } of rows) {
    const values = epochs.get(epoch) ?? new Map<string, number>()
    epochs.set(epoch, values.set(name, value))
  }
  const past = [...epochs].flatMap(([epoch, reported]): Epoch[] => {
    // What is known of the trial before it trains is the same in every epoch.
    const values = names.map((name, k) => (name in report ? reported.get(name) : now[k]))
    return values.every((value) => value !== undefined) ? [{ epoch, values }] : []
  })
  return [...past, { epoch: report.epoch, values: now }]
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

/** Of several reports of a trial at a rung, the one that reached it. */
function firstOfEach<R extends { readonly trialId: number; readonly rung: number }>(reached: readonly R[]): R[] {
  const first = new Map<string, R>()
  for (const each of reached) {
    const key = `${each.trialId} ${each.rung}`
    if (!first.has(key)) first.set(key, each)
  }
  return [...first.values()]
}
