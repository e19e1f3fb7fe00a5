import { sql, type Kysely } from 'kysely'

import { metricNamed } from '../metrics/catalogue.ts'
import { reducedValue, type ReportTotals } from '../metrics/reduction.ts'
import { violationOf } from '../metrics/violation.ts'
import { namesIn } from '../search/constraint.ts'
import { readingRules, type ReadingRules } from '../sweep/stored.ts'
import { rowsStatement } from './rows-statement.ts'
import type { Schema, TrialRow } from './schema.ts'
import { sweepMetrics } from './sweep-metrics.ts'
import { storedParameters } from './trial-parameters.ts'

/** SQLite takes 32,766 values a statement. */
const idsAtOnce = 5_000

const setViolations = rowsStatement<readonly [id: number, violation: number]>(
  ['integer', 'double precision'],
  (rows) => sql`
    with v (id, violation) as (${rows})
    update trials set violation = v.violation from v where trials.id = v.id`,
)

/** By store: sweeps without constraints. No sweep gets or loses one. */
const unconstrained = new WeakMap<object, Set<number>>()

/** Evaluates the constraints of a sweep for trials that have completed, in the transaction that completes them. */
export async function writeViolations(db: Kysely<Schema>, sweepId: number, ids: readonly number[]): Promise<void> {
  const rules = await rulesOf(db, sweepId)
  if (rules === undefined) return
  const { constraints, parameters } = rules
  const names = [...new Set(constraints.flatMap(namesIn))].filter((name) => !parameters.has(name))
  const metrics = await sweepMetrics(db, sweepId)
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const part = ids.slice(from, from + idsAtOnce)
    const reported = await totalsOf(db, part, names)
    const trials = await db
      .selectFrom('trials')
      .select(['id', 'params', 'flops', 'parameter_count'])
      .where('id', 'in', part)
      .execute()
    await setViolations(
      db,
      trials.map((trial) => {
        const valueOf = (name: string) => {
          const totals = reported.get(trial.id)?.get(name)
          return countedCost(trial, name) ?? (totals && reducedValue(totals, metricNamed(metrics, name)))
        }
        const params = storedParameters(trial)
        return [trial.id, violationOf(constraints, { params, parameters, valueOf, isCompleted: true })] as const
      }),
    )
  }
}

/** A cost that swath counted before the trial was trained; a metric of this name that the trial reported gives way to it. */
export function countedCost(
  { flops, parameter_count }: Pick<TrialRow, 'flops' | 'parameter_count'>,
  name: string,
): number | undefined {
  if (name === 'flops') return flops ?? undefined
  return name === 'parameter_count' ? (parameter_count ?? undefined) : undefined
}

async function rulesOf(db: Kysely<Schema>, sweepId: number): Promise<ReadingRules | undefined> {
  const { adapter } = db.getExecutor()
  const without = unconstrained.get(adapter) ?? new Set<number>()
  unconstrained.set(adapter, without)
  if (without.has(sweepId)) return undefined
  const row = await db
    .selectFrom('sweeps')
    .select(['name', 'definition', 'settings'])
    .where('id', '=', sweepId)
    .executeTakeFirstOrThrow()
  const rules = readingRules(row)
  if (rules.constraints.length > 0) return rules
  without.add(sweepId)
  return undefined
}

async function totalsOf(
  db: Kysely<Schema>,
  ids: readonly number[],
  names: readonly string[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, ReportTotals>>> {
  const found = new Map<number, Map<string, ReportTotals>>()
  if (names.length === 0) return found
  const rows = await db
    .selectFrom('final_metrics')
    .select(['trial_id', 'name', 'value', 'total', 'reports', 'least', 'greatest'])
    .where('trial_id', 'in', ids)
    .where('name', 'in', names)
    .execute()
  for (const row of rows) {
    const own = found.get(row.trial_id) ?? new Map<string, ReportTotals>()
    found.set(row.trial_id, own.set(row.name, row))
  }
  return found
}
