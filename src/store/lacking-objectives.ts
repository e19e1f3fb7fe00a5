import { sql, type Kysely } from 'kysely'

import { objectivesOf } from '../metrics/catalogue.ts'
import type { Schema } from './schema.ts'
import { sweepMetrics } from './sweep-metrics.ts'

/** The completed trials of a sweep that lack an objective: they count for no point. */
export interface LackingObjectives {
  readonly completed: number
  readonly lacking: number
  /** The first of them. */
  readonly ids: readonly number[]
  /** The objectives that one of them lacks. */
  readonly names: readonly string[]
  /** What they have reported, the most frequent first. */
  readonly instead: readonly string[]
}

const mostNames = 200
const mostIds = 5

/**
 * Counts the completed trials of a sweep that lack an objective, by the rule of the views. None does in a sweep without an
 * objective: one that declares none and has reported nothing.
 */
export async function lackingObjectives(db: Kysely<Schema>, sweepId: number): Promise<LackingObjectives> {
  const objectives = objectivesOf(await sweepMetrics(db, sweepId)).map(({ name }) => name)
  const completed = await sql<{ trials: number }>`
    select cast(count(*) as integer) as trials from trials where sweep_id = ${sweepId} and state = 'completed'`.execute(
    db,
  )
  const counts = { completed: completed.rows[0]?.trials ?? 0, lacking: 0, ids: [], names: [], instead: [] }
  if (objectives.length === 0 || counts.completed === 0) return counts
  const without = sql`
    select r.trial_id as id from trial_results r join trials t on t.id = r.trial_id
    where r.sweep_id = ${sweepId} and t.sweep_id = ${sweepId} and t.state = 'completed' and r.counts = 0`
  const { rows: lacking } = await sql<{ id: number }>`${without} order by r.trial_id`.execute(db)
  if (lacking.length === 0) return counts
  const reported = await sql<{ name: string; trials: number }>`
    with w as materialized (${without})
    select m.name, cast(count(*) as integer) as trials from w join final_metrics m on m.trial_id = w.id
    group by m.name order by trials desc, m.name`.execute(db)
  const { rows: known } = await sql<{ name: string; trials: number }>`
    with w as materialized (${without})
    select v.name, cast(count(*) as integer) as trials from w join trial_values v on v.trial_id = w.id and v.sweep_id = ${sweepId}
    where v.name in (${sql.join(objectives)}) and v.value between -1.7976931348623157e308 and 1.7976931348623157e308
    group by v.name`.execute(db)
  const trialsWith = new Map(known.map(({ name, trials }) => [name, trials]))
  return {
    ...{ completed: counts.completed, lacking: lacking.length },
    ids: lacking.slice(0, mostIds).map(({ id }) => id),
    names: objectives.filter((name) => (trialsWith.get(name) ?? 0) < lacking.length),
    instead: reported.rows
      .map(({ name }) => name)
      .filter((name) => !objectives.includes(name))
      .slice(0, mostNames),
  }
}
