import { sql, type Insertable, type Kysely } from 'kysely'

import type { Parameters } from '../programs/program.ts'
import type { Coordinator } from './coordinators.ts'
import { rowsStatement } from './rows-statement.ts'
import type { AttemptRow, Schema, TrialRow, TrialState } from './schema.ts'
import { addKnownMetrics } from './sweep-metrics.ts'
import { statesBefore } from './states.ts'
import { readableParameters } from './trial-parameters.ts'

/** States that a person may have a trial trained again from. */
export type EndedState = Exclude<TrialState, 'queued' | 'running'>

export type NewTrial = Omit<Insertable<Schema['trials']>, 'sweep_id'>

/** SQLite takes 32,766 values a statement. */
const rowsPerInsert = 1_000

/** Adds trials; a point that the sweep has already is left as it is. */
export async function insertTrials(db: Kysely<Schema>, sweepId: number, trials: Iterable<NewTrial>): Promise<void> {
  const counted = new Set<string>()
  let chunk: Insertable<Schema['trials']>[] = []
  const flush = async () => {
    if (chunk.length === 0) return
    await db
      .insertInto('trials')
      .values(chunk)
      .onConflict((conflict) => conflict.columns(['sweep_id', 'params', 'repeat']).doNothing())
      .execute()
    chunk = []
  }
  for (const trial of trials) {
    chunk.push({ ...trial, sweep_id: sweepId })
    for (const cost of ['flops', 'parameter_count'] as const) if (trial[cost] != null) counted.add(cost)
    if (chunk.length === rowsPerInsert) await flush()
  }
  await flush()
  await addKnownMetrics(db, sweepId, 'counted', counted)
}

const trialsWithIds = rowsStatement<readonly [id: number], TrialRow>(
  ['integer'],
  (ids) => sql`with v (id) as (${ids}) select t.* from v join trials t on t.id = v.id`,
)

/** In any order; without those that are not there. */
export function trialsById(db: Kysely<Schema>, ids: readonly number[]): Promise<TrialRow[]> {
  return trialsWithIds(
    db,
    ids.map((id) => [id]),
  )
}

export async function trialById(db: Kysely<Schema>, id: number): Promise<TrialRow | undefined> {
  const [trial] = await trialsWithIds(db, [[id]])
  return trial
}

/** Trials of a sweep in the order of its plan, the first ones or all. */
export function trialsOf(db: Kysely<Schema>, sweepId: number, limit?: number): Promise<TrialRow[]> {
  const all = db.selectFrom('trials').selectAll().where('sweep_id', '=', sweepId).orderBy('number')
  return (limit === undefined ? all : all.limit(limit)).execute()
}

type PlannedRow = Pick<TrialRow, 'id' | 'number' | 'state' | 'flops' | 'params'>

const rowsPerPage = 1_000

/** The trials of a point, the first seed first. */
export function trialsOfKey(db: Kysely<Schema>, sweepId: number, params: string): Promise<TrialRow[]> {
  return db
    .selectFrom('trials')
    .selectAll()
    .where('sweep_id', '=', sweepId)
    .where('params', '=', params)
    .orderBy('repeat')
    .execute()
}

/** The first trial that somebody named and that has all of these values. */
export async function namedTrialWith(
  db: Kysely<Schema>,
  sweepId: number,
  given: Parameters,
): Promise<TrialRow | undefined> {
  const named = await db
    .selectFrom('trials')
    .selectAll()
    .where('sweep_id', '=', sweepId)
    .where('enqueued', '=', 1)
    .orderBy('number')
    .execute()
  return named.find(({ params }) => {
    const its = readableParameters({ params })
    return Object.entries(given).every(([name, value]) => JSON.stringify(its[name]) === JSON.stringify(value))
  })
}

/** Has a point that waits come before all others. */
export async function bringForward(db: Kysely<Schema>, sweepId: number, params: string): Promise<void> {
  await db
    .updateTable('trials')
    .set({ enqueued: 1 })
    .where('sweep_id', '=', sweepId)
    .where('params', '=', params)
    .where('state', '=', 'queued')
    .execute()
}

/** The points of a sweep that are planned, and the number of the last one. */
export async function plannedPoints(
  db: Kysely<Schema>,
  sweepId: number,
): Promise<{ readonly points: readonly Pick<TrialRow, 'params' | 'repeat'>[]; readonly last: number }> {
  const points = await db
    .selectFrom('trials')
    .select(['params', 'repeat', 'number'])
    .where('sweep_id', '=', sweepId)
    .orderBy('number')
    .execute()
  return { points, last: points.at(-1)?.number ?? 0 }
}

/** All trials of a sweep in the order of its plan, some at a time. */
export async function* trialPages(db: Kysely<Schema>, sweepId: number): AsyncGenerator<readonly PlannedRow[]> {
  let last = 0
  for (;;) {
    const page = await db
      .selectFrom('trials')
      .select(['id', 'number', 'state', 'flops', 'params'])
      .where('sweep_id', '=', sweepId)
      .where('number', '>', last)
      .orderBy('number')
      .limit(rowsPerPage)
      .execute()
    const [end] = page.slice(-1)
    if (end === undefined) return
    yield page
    last = end.number
  }
}

/** All trials of the points that these ids are of, in the order of the plan. */
export async function trialsOfPoints(db: Kysely<Schema>, sweepId: number, ids: readonly number[]): Promise<TrialRow[]> {
  const rows: TrialRow[] = []
  for (let from = 0; from < ids.length; from += rowsPerInsert) {
    const part = ids.slice(from, from + rowsPerInsert)
    const its = await db
      .selectFrom('trials')
      .selectAll()
      .where('sweep_id', '=', sweepId)
      .where('params', 'in', (some) => some.selectFrom('trials').select('params').where('id', 'in', part))
      .execute()
    rows.push(...its)
  }
  return rows.sort((a, b) => a.number - b.number)
}

export function countTrials(db: Kysely<Schema>, sweepId: number): Promise<number> {
  return db
    .selectFrom('trials')
    .select((count) => count.fn.countAll<number>().as('trials'))
    .where('sweep_id', '=', sweepId)
    .executeTakeFirstOrThrow()
    .then((row) => row.trials)
}

/** Trials of a sweep that were trained at least once, those of them that wait to be trained on, and those that train. */
export async function countBegun(
  db: Kysely<Schema>,
  sweepId: number,
): Promise<{ begun: number; waiting: number; training: number }> {
  const rows = await db
    .selectFrom('trials')
    .select((all) => ['state', all.fn.countAll<number>().as('trials')])
    .where('sweep_id', '=', sweepId)
    .where('attempt', '>', 0)
    .groupBy('state')
    .execute()
  return {
    begun: rows.reduce((sum, { trials }) => sum + trials, 0),
    waiting: rows.find(({ state }) => state === 'queued')?.trials ?? 0,
    training: rows.find(({ state }) => state === 'running')?.trials ?? 0,
  }
}

/** Processes that a trial may take with it before it is trained by itself, so that it takes no other trial along. */
export const lossesOfASuspect = 2

/**
 * The waiting trials, those that somebody named before all others, then the costliest first: a long one that starts last would leave the other workers idle. Those that
 * processes were lost over come after all others, so that they cannot keep these from being trained; one that was lost once
 * keeps its place, so that a sweep that was killed goes on in the order that it had.
 */
export function queuedTrials(
  db: Kysely<Schema>,
  sweepId: number,
): Promise<{ readonly id: number; readonly losses: number }[]> {
  return db
    .selectFrom('trials')
    .select(['id', 'losses'])
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'queued')
    .orderBy(sql`case when losses < ${lossesOfASuspect} then 0 else losses end`)
    .orderBy('enqueued', 'desc')
    .orderBy(sql`coalesce(flops, 0)`, 'desc')
    .orderBy('number')
    .execute()
}

const afresh = {
  ...{ worker: null, host: null, error: null, finished_at: null, failures: 0, losses: 0, stop_reason: null },
}

/**
 * Puts a trial that ended before its time back in the queue, to train to an epoch that no stopping rule keeps it from;
 * true if it waits now.
 */
export async function continueTrial(db: Kysely<Schema>, trialId: number, epochs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ ...afresh, state: 'queued', continued_to: epochs })
    .where('id', '=', trialId)
    .where('state', 'in', ['queued', ...statesBefore('queued').filter((state) => state !== 'running')])
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Puts trials that ended back in the queue, with a clean slate. */
export async function requeue(db: Kysely<Schema>, sweepId: number, states: readonly EndedState[]): Promise<number> {
  const allowed = statesBefore('queued').filter((state) => (states as readonly TrialState[]).includes(state))
  if (allowed.length === 0) return 0
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ ...afresh, state: 'queued' })
    .where('sweep_id', '=', sweepId)
    .where('state', 'in', allowed)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/** Says that a process is still training what it has taken. */
export async function renewLeases(
  db: Kysely<Schema>,
  sweepId: number,
  { host, pid, process_start }: Coordinator,
  expiresAt: string,
): Promise<void> {
  await db
    .updateTable('trials')
    .set({ lease_expires_at: expiresAt })
    .where('sweep_id', '=', sweepId)
    .where('state', '=', 'running')
    .where('host', '=', host)
    .where('pid', '=', pid)
    .where('process_start', '=', process_start)
    .execute()
}

/** Trials that were taught from this one, the oldest first. */
export async function childrenOf(db: Kysely<Schema>, trialId: number): Promise<number[]> {
  const rows = await db.selectFrom('trials').select('id').where('parent_id', '=', trialId).orderBy('id').execute()
  return rows.map(({ id }) => id)
}

export function attemptsOf(db: Kysely<Schema>, trialId: number): Promise<AttemptRow[]> {
  return db.selectFrom('attempts').selectAll().where('trial_id', '=', trialId).orderBy('attempt').execute()
}

export function metricsOf(
  db: Kysely<Schema>,
  trialId: number,
): Promise<{ epoch: number; name: string; value: number }[]> {
  return db
    .selectFrom('metrics')
    .select(['epoch', 'name', 'value'])
    .where('trial_id', '=', trialId)
    .orderBy('epoch')
    .orderBy('name')
    .execute()
}

/** What went wrong around a trial without failing it (`warning`), why a rule stopped it, or what it was taught (`retrained`). */
export function eventsOf(
  db: Kysely<Schema>,
  trialId: number,
  kind: 'warning' | 'stopped' | 'retrained',
): Promise<{ at: string; detail: string | null }[]> {
  return db
    .selectFrom('events')
    .select(['at', 'detail'])
    .where('trial_id', '=', trialId)
    .where('kind', '=', kind)
    .orderBy('id')
    .execute()
}
