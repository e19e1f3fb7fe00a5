import { sql, type RawBuilder, type Transaction } from 'kysely'

import { rowsStatement } from './rows-statement.ts'
import type { Schema } from './schema.ts'

type Reached = readonly [
  ...[trial_id: number, rung: number, sweep_id: number, epoch: number, value: number, others: string | null],
]

const insertRungs = rowsStatement<Reached, { readonly trial_id: number; readonly rung: number }>(
  ['integer', 'integer', 'integer', 'integer', 'double precision', 'text'],
  (rows) => sql`
    with v (trial_id, rung, sweep_id, epoch, value, others) as (${rows})
    insert into rungs (trial_id, rung, sweep_id, epoch, value, others)
    select trial_id, rung, sweep_id, epoch, value, others from v where true
    on conflict (trial_id, rung) do nothing
    returning trial_id, rung`,
)

export interface ReachedRung {
  readonly trialId: number
  readonly rung: number
  readonly epoch: number
  /** In the order of the objectives. */
  readonly values: readonly number[]
}

/** Writes down what trials have as they reach a rung; returns those that had not been there before. */
export async function recordRungs(
  db: Transaction<Schema>,
  sweepId: number,
  reached: readonly ReachedRung[],
): Promise<readonly { readonly trial_id: number; readonly rung: number }[]> {
  return insertRungs(
    db,
    reached.map(({ trialId, rung, epoch, values: [value = 0, ...others] }): Reached => {
      return [trialId, rung, sweepId, epoch, value, others.length === 0 ? null : JSON.stringify(others)]
    }),
  )
}

/** Where a trial stands among those at its rung. */
export interface Standing {
  readonly trialId: number
  readonly rung: number
  /** It among them. */
  readonly reached: number
  readonly better: number
  readonly shown: number
}

type Shown = readonly [...[sweep_id: number, rung: number, trial_id: number, shown: number | null]]

/** Two counts within the index: of who is there, and of who is better. */
const findStandings = (better: RawBuilder<unknown>) =>
  rowsStatement<Shown, { [K in keyof Standing]: number }>(
    ['integer', 'integer', 'integer', 'double precision'],
    (rows) => {
      const there = sql`from rungs r where r.sweep_id = s.sweep_id and r.rung = s.rung and r.counts = 1`
      return sql`
      with v (sweep_id, rung, trial_id, shown) as (${rows}),
        s as (
          select v.sweep_id, v.rung, v.trial_id, coalesce(v.shown, own.value) as shown
          from v join rungs own on own.trial_id = v.trial_id and own.rung = v.rung
        )
      select s.trial_id as "trialId", s.rung, s.shown, (select cast(count(*) as integer) ${there}) as reached,
        (select cast(count(*) as integer) ${there} and r.value ${better} s.shown) as better
      from s`
    },
  )

const standingsBy = { minimize: findStandings(sql`<`), maximize: findStandings(sql`>`) }

/** Counts, for each trial, those at its rung that are better than what it shows: what it had there, unless that is given. */
export function standingsOf(
  db: Transaction<Schema>,
  sweepId: number,
  goal: 'minimize' | 'maximize',
  trials: readonly { readonly trialId: number; readonly rung: number; readonly shown: number | null }[],
): Promise<Standing[]> {
  return standingsBy[goal](
    db,
    trials.map(({ trialId, rung, shown }): Shown => [sweepId, rung, trialId, shown]),
  )
}

/** What the trial at a place from 0 has there, the best first. */
export async function valueAtPlace(
  db: Transaction<Schema>,
  sweepId: number,
  rung: number,
  goal: 'minimize' | 'maximize',
  place: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('rungs')
    .select('value')
    .where('sweep_id', '=', sweepId)
    .where('rung', '=', rung)
    .where('counts', '=', 1)
    .orderBy('value', goal === 'maximize' ? 'desc' : 'asc')
    .limit(1)
    .offset(place)
    .executeTakeFirst()
  return row?.value
}

/** The values of all trials at a rung, in the order of the objectives. */
export async function pointsAtRung(
  db: Transaction<Schema>,
  sweepId: number,
  rung: number,
): Promise<{ readonly trialId: number; readonly values: number[] }[]> {
  const rows = await db
    .selectFrom('rungs')
    .select(['trial_id', 'value', 'others'])
    .where('sweep_id', '=', sweepId)
    .where('rung', '=', rung)
    .where('counts', '=', 1)
    .execute()
  return rows.map(({ trial_id, value, others }) => {
    return { trialId: trial_id, values: [value, ...(JSON.parse(others ?? '[]') as number[])] }
  })
}

/** What is trained again is reported again; what is not counts again, if its trial had failed. */
export async function supersedeRungs(db: Transaction<Schema>, trialId: number, aboveEpoch: number): Promise<void> {
  await db.deleteFrom('rungs').where('trial_id', '=', trialId).where('epoch', '>', aboveEpoch).execute()
  await db.updateTable('rungs').set({ counts: 1 }).where('trial_id', '=', trialId).execute()
}

/** A trial that failed in the end is not what others are compared with. */
export async function discountRungs(db: Transaction<Schema>, trialId: number): Promise<void> {
  await db.updateTable('rungs').set({ counts: 0 }).where('trial_id', '=', trialId).execute()
}
