import type { Transaction } from 'kysely'

import type { Epoch, LoneRule } from '../stopping/rule.ts'
import type { Case, ReportChange, Stop } from './judged.ts'
import type { Schema } from './schema.ts'

/** Looks at each trial by itself. */
export async function judgeAlone(db: Transaction<Schema>, rule: LoneRule, cases: readonly Case[]): Promise<Stop[]> {
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
    const values = names.map((name, k) => (Object.hasOwn(report, name) ? reported.get(name) : now[k]))
    return values.every((value) => value !== undefined) ? [{ epoch, values }] : []
  })
  return [...past, { epoch: report.epoch, values: now }]
}
