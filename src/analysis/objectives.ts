import type { Kysely } from 'kysely'

import type { Objective } from '../stopping/rule.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import { metricNamesOf } from '../store/sweep-metrics.ts'
import { storedSettings } from '../sweep/definition.ts'

/** What a sweep is read by that does not say what it is for: the first of these that its trials report. */
const usual: readonly Objective[] = [
  { name: 'test_accuracy', goal: 'maximize' },
  { name: 'val_accuracy', goal: 'maximize' },
  { name: 'val_loss', goal: 'minimize' },
]

/** What a sweep's trials are judged by; nothing where its file does not say and no usual metric is reported. */
export async function objectivesOfSweep(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'settings'>,
): Promise<readonly Objective[]> {
  const { objectives } = storedSettings(sweep)
  if (objectives.length > 0) return objectives
  const reported = await metricNamesOf(db, sweep.id)
  return usual.filter(({ name }) => reported.includes(name)).slice(0, 1)
}
