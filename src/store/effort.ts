import { sql, type Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/** What a sweep's trials took so far. */
export interface Effort {
  /** Of all attempts that have ended, those too that failed; two trials side by side count twice. */
  readonly seconds: number
  /** FLOPs of one example's forward pass, times the epochs that were trained; null where no trial has FLOPs. */
  readonly flopEpochs: number | null
}

export async function effortOf(db: Kysely<Schema>, sweepId: number): Promise<Effort> {
  const { rows: attempts } = await sql<{ days: number | null }>`
    select total(julianday(a.finished_at) - julianday(a.started_at)) as days
    from trials t join attempts a on a.trial_id = t.id
    where t.sweep_id = ${sweepId} and a.finished_at is not null`.execute(db)
  const { rows: trials } = await sql<{ work: number | null; counted: number }>`
    select
      total(cast(t.flops as double precision) * (select max(m.epoch) from final_metrics m where m.trial_id = t.id)) as work,
      count(t.flops) as counted
    from trials t
    where t.sweep_id = ${sweepId}`.execute(db)
  const [work] = trials
  return {
    seconds: Math.round(86_400e3 * (attempts[0]?.days ?? 0)) / 1e3,
    flopEpochs: work === undefined || work.counted === 0 ? null : work.work,
  }
}
