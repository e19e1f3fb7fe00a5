import type { Kysely } from 'kysely'

import { declaredNames, sweepMetric, type DeclaredMetrics, type SweepMetric } from '../metrics/catalogue.ts'
import type { Schema } from './schema.ts'

/** Rows of a statement. */
const rowsPerInsert = 1_000

/** The metrics that a sweep declares or has reported, with how they are read, in the order of their names. */
export function sweepMetrics(db: Kysely<Schema>, sweepId: number): Promise<SweepMetric[]> {
  return db
    .selectFrom('sweep_metrics')
    .select(['name', 'goal', 'reduction', 'objective', 'objective_rank', 'cost_rank', 'reported', 'counted'])
    .where('sweep_id', '=', sweepId)
    .orderBy('name')
    .execute()
}

/** Names of the metrics that trials of a sweep have reported. */
export async function metricNamesOf(db: Kysely<Schema>, sweepId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('sweep_metrics')
    .select('name')
    .where('sweep_id', '=', sweepId)
    .where('reported', '=', 1)
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}

/**
 * Writes how the metrics of a sweep are read: those that it declares, and those that are known already. Returns true if a
 * metric is read differently from before; then violations have to be evaluated again.
 */
export async function writeDeclaredMetrics(
  db: Kysely<Schema>,
  sweepId: number,
  declared: DeclaredMetrics,
): Promise<boolean> {
  const before = await sweepMetrics(db, sweepId)
  const known = new Map(before.map((metric) => [metric.name, metric]))
  const names = [...new Set([...known.keys(), ...declaredNames(declared)])].sort()
  const now = names.map((name) => ({ ...sweepMetric(name, declared), ...originsOf(known.get(name)) }))
  await upsert(db, sweepId, now)
  return now.some(({ name, goal, reduction }) => {
    const old = known.get(name)
    return old !== undefined && (old.goal !== goal || old.reduction !== reduction)
  })
}

function originsOf({ reported, counted } = { reported: 0, counted: 0 }) {
  return { reported, counted }
}

async function upsert(db: Kysely<Schema>, sweepId: number, metrics: readonly SweepMetric[]): Promise<void> {
  for (let from = 0; from < metrics.length; from += rowsPerInsert) {
    await db
      .insertInto('sweep_metrics')
      .values(metrics.slice(from, from + rowsPerInsert).map((metric) => ({ sweep_id: sweepId, ...metric })))
      .onConflict((conflict) =>
        conflict.columns(['sweep_id', 'name']).doUpdateSet((row) => ({
          goal: row.ref('excluded.goal'),
          reduction: row.ref('excluded.reduction'),
          objective: row.ref('excluded.objective'),
          objective_rank: row.ref('excluded.objective_rank'),
          cost_rank: row.ref('excluded.cost_rank'),
        })),
      )
      .execute()
  }
}

/** `reported` by trials, or `counted` by swath before a trial is trained. */
type Origin = 'reported' | 'counted'

/** By store, then by sweep and origin: names that committed rows have. */
const committed = new WeakMap<object, Map<string, ReadonlySet<string>>>()

/** Has the next call of {@link addKnownMetrics} look at the rows: they may have been changed by hand. */
export function forgetKnownMetrics(db: Kysely<Schema>): void {
  committed.delete(db.getExecutor().adapter)
}

/** Adds metrics when they are known for the first time; of many calls for a sweep two look into the table. */
export async function addKnownMetrics(
  db: Kysely<Schema>,
  sweepId: number,
  origin: Origin,
  names: Iterable<string>,
): Promise<void> {
  const { adapter } = db.getExecutor()
  const known = committed.get(adapter) ?? new Map<string, ReadonlySet<string>>()
  committed.set(adapter, known)
  const key = `${sweepId} ${origin}`
  if (missingFrom(known.get(key), names).length === 0) return
  const rows = await db
    .selectFrom('sweep_metrics')
    .select('name')
    .where('sweep_id', '=', sweepId)
    .where(origin, '=', 1)
    .execute()
  const there = new Set(rows.map(({ name }) => name))
  // What is written below may be rolled back; what is there is committed.
  known.set(key, there)
  // In the order of their names: two processes that add the same ones do not lock each other out.
  const missing = missingFrom(there, names).sort()
  for (let from = 0; from < missing.length; from += rowsPerInsert) {
    await db
      .insertInto('sweep_metrics')
      .values(
        missing.slice(from, from + rowsPerInsert).map((name) => ({
          ...{ sweep_id: sweepId, ...sweepMetric(name, none), [origin]: 1 },
        })),
      )
      .onConflict((conflict) => conflict.columns(['sweep_id', 'name']).doUpdateSet({ [origin]: 1 }))
      .execute()
  }
}

const none: DeclaredMetrics = { objectives: [], reductions: {} }

function missingFrom(known: ReadonlySet<string> | undefined, names: Iterable<string>): string[] {
  return [...new Set(names)].filter((name) => known?.has(name) !== true)
}
