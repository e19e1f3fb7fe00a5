import type { Kysely } from 'kysely'

import { costOf, objectivesOf, type SweepMetric } from '../metrics/catalogue.ts'
import type { Schema } from '../store/schema.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'

/** What the front of a sweep is over: its objectives; for a single one, that and its cost if one is known. */
export async function frontMetrics(db: Kysely<Schema>, sweepId: number): Promise<SweepMetric[]> {
  const metrics = await sweepMetrics(db, sweepId)
  const objectives = objectivesOf(metrics)
  if (objectives.length !== 1) return objectives
  return [...objectives, ...[costOf(metrics)].filter((cost) => cost !== undefined)]
}
