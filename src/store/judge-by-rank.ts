import type { Transaction } from 'kysely'

import { costsOf, countBetter } from '../stopping/non-dominated.ts'
import type { RankingRule } from '../stopping/rule.ts'
import { numerals, worseThan } from '../stopping/words.ts'
import type { Case, ReportChange, Stop } from './judged.ts'
import { pointsAtRung, recordRungs, standingsOf, valueAtPlace, type Standing } from './rungs.ts'
import type { Schema } from './schema.ts'

/** Compares trials with all that have come to their rung, these reports included: in one question for all of them. */
export async function judgeByRank(
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
  for (const rung of new Set(shown.map((each) => each.rung))) {
    const points = await pointsAtRung(db, sweepId, rung)
    const places = new Map(points.map(({ trialId }, index) => [trialId, index]))
    const better = countBetter(points.map(({ values }) => costsOf(values, objectives)))
    for (const { trialId } of shown.filter((each) => each.rung === rung)) {
      const place = places.get(trialId) ?? -1
      const [value = 0] = points[place]?.values ?? []
      standings.push({ trialId, rung, reached: points.length, better: better[place] ?? 0, shown: value })
    }
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

/** Of several reports of a trial at a rung, the one that reached it. */
function firstOfEach<R extends { readonly trialId: number; readonly rung: number }>(reached: readonly R[]): R[] {
  const first = new Map<string, R>()
  for (const each of reached) {
    const key = `${each.trialId} ${each.rung}`
    if (!first.has(key)) first.set(key, each)
  }
  return [...first.values()]
}
