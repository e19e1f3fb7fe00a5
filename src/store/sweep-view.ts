import { sql, type Kysely } from 'kysely'

import { longestName, takeDefinitions } from '../../db/dialect.ts'
import { metricNamed } from '../metrics/catalogue.ts'
import { namesIn } from '../search/constraint.ts'
import { constraintsOf } from '../sweep/check-search.ts'
import { storedSettings } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { searchedParameters } from '../sweep/space.ts'
import { caseless, columnNames, freeIdentifier, longestIdentifier, shortened } from './identifiers.ts'
import { parameterColumns } from './parameter-columns.ts'
import {
  metricColumn,
  pointColumns,
  pointsSelect,
  pointsViewName,
  trialColumn,
  trialColumns,
  type ViewColumn,
} from './points-view.ts'
import type { Schema, SweepRow } from './schema.ts'
import { metricNamesOf, sweepMetrics } from './sweep-metrics.ts'

/**
 * Returns the name of a sweep's view if no other sweep has it: `sweep_mnist_depth_width`. It needs no quotes in SQL: letters
 * and digits of every script stay, other characters become `_`. Only ASCII capitals become small: both databases fold those.
 */
export function plainViewName(sweepName: string): string {
  return shortened(`sweep_${caseless(sweepName).replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')}`, longestViewName)
}

/** One less than an identifier may have: `points_` is longer than `sweep_`. */
const longestViewName = longestIdentifier - 1

/** Returns {@link plainViewName}, or that with _2, _3, … where another sweep has it. */
export async function freeViewName(db: Kysely<Schema>, sweepName: string): Promise<string> {
  const rows = await db.selectFrom('sweeps').select('view_name').execute()
  return freeIdentifier(plainViewName(sweepName), new Set(rows.map((row) => row.view_name)), longestViewName)
}

/** Columns of every sweep's view, in front of its parameters. */
export const fixedColumns = ['trial_id', ...trialColumns] as const

/** SQLite's are 2000, also those of a question that adds some of its own. */
export const mostColumns = 1_000

/**
 * Makes or replaces a sweep's own views, a row a trial and a row a point, with the same columns. In front are the parameters that vary and the metrics that decide (`decidingMetrics`):
 * what is more than `mostColumns` is left out, and there to ask in `trials.params` and `trial_metrics`.
 */
export async function defineSweepView(
  db: Kysely<Schema>,
  sweep: Pick<SweepRow, 'id' | 'view_name'>,
  parameters: readonly string[],
  metrics: readonly string[],
): Promise<void> {
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await takeDefinitions(transaction)
      await createSweepViews(transaction, sweep, parameters, metrics)
    })
}

/** Creates both views of a sweep, a row a trial and a row a point, in the transaction of the caller. */
export async function createSweepViews(
  db: Kysely<Schema>,
  { id, view_name }: Pick<SweepRow, 'id' | 'view_name'>,
  parameters: readonly string[],
  metrics: readonly string[],
): Promise<void> {
  const sweep = await db
    .selectFrom('sweeps')
    .select(['definition', 'settings'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const layout = sweepColumns(sweep, { parameters, metrics, longest: longestName(db) })
  const known = await sweepMetrics(db, id)
  const shown = layout.filter(({ kind }) => kind === 'parameter').map(({ of }) => of)
  const values = new Map((await parameterColumns(db, id, shown)).map((value, k) => [shown[k], value]))
  const columns = layout.map(({ kind, of, name }): ViewColumn => {
    const value = kind === 'parameter' ? values.get(of) : metricColumn(metricNamed(known, of))
    return { kind, name, value: value ?? sql`null` }
  })
  const trials = sql`
    select ${sql.join([
      sql`t.id as trial_id`,
      ...fixedColumns.slice(1).map((column) => sql`${trialColumn(column, known)} as ${sql.id(column)}`),
      ...columns.map(({ name, value }) => sql`${value} as ${sql.id(name)}`),
    ])}
    from trials t where t.sweep_id = ${sql.lit(id)}`
  const points = pointsSelect({ id, repeat: storedDefinition(sweep).repeat, metrics: known }, columns)
  for (const [name, select] of [
    [view_name, trials],
    [pointsViewName(view_name), points],
  ] as const) {
    await sql`drop view if exists ${sql.id(name)}`.execute(db)
    await sql`create view ${sql.id(name)} as ${select}`.execute(db)
  }
}

/** A column of a sweep's views that holds a parameter or a metric. */
export interface NamedColumn {
  readonly kind: 'parameter' | 'metric'
  /** The parameter or metric. */
  readonly of: string
  /** The column, which has another name if several would have the same one. */
  readonly name: string
}

/**
 * Returns the columns of parameters and metrics in a sweep's views, in order: parameters that vary, metrics that decide
 * something, then the rest.
 * @param longest bytes of the longest name of a column
 */
export function sweepColumns(
  sweep: Pick<SweepRow, 'definition' | 'settings'>,
  {
    parameters,
    metrics,
    longest,
  }: { readonly parameters: readonly string[]; readonly metrics: readonly string[]; readonly longest: number },
): NamedColumn[] {
  const [varied, constant] = divided(parameters, new Set(searchedParameters(storedDefinition(sweep).parameters)))
  const [deciding, others] = divided(metrics, decidingMetrics(sweep))
  const nameOf = columnNames([...fixedColumns, ...pointColumns], longest)
  // A metric never takes the name of a parameter.
  const names = new Map([...varied, ...constant].map((name) => [name, nameOf('param', name)]))
  const parameter = (of: string): NamedColumn => ({ kind: 'parameter', of, name: names.get(of) ?? of })
  const metric = (of: string): NamedColumn => ({ kind: 'metric', of, name: nameOf('metric', of) })
  return [
    ...varied.slice(0, mostColumns).map(parameter),
    ...deciding.slice(0, mostColumns).map(metric),
    ...constant.slice(0, mostColumns).map(parameter),
    ...others.slice(0, mostColumns).map(metric),
  ].slice(0, mostColumns - fixedColumns.length)
}

/** The metrics that decide something in a sweep: its objectives, those of early stopping, and those in constraints. */
function decidingMetrics(sweep: Pick<SweepRow, 'definition' | 'settings'>): ReadonlySet<string> {
  const { early_terminate: early, constraints } = storedDefinition(sweep)
  return new Set([
    ...[...storedSettings(sweep).objectives, ...(early?.objectives ?? [])].map(({ name }) => name),
    ...constraintsOf({ constraints }).flatMap(namesIn),
  ])
}

/** Those that are in `first`, in its order, and the others. */
function divided(names: readonly string[], first: ReadonlySet<string>): [string[], string[]] {
  const known = new Set(names)
  return [[...first].filter((name) => known.has(name)), names.filter((name) => !first.has(name))]
}

/** The metrics that trials of a sweep have reported, and whether its view shows them. */
export class ReportedMetrics {
  readonly names: Set<string>
  readonly #deciding: ReadonlySet<string>

  private constructor(names: readonly string[], deciding: ReadonlySet<string>) {
    this.names = new Set(names)
    this.#deciding = deciding
  }

  static async of(db: Kysely<Schema>, sweep: SweepRow): Promise<ReportedMetrics> {
    return new ReportedMetrics(await metricNamesOf(db, sweep.id), decidingMetrics(sweep))
  }

  /** Adds the metrics of a report. Returns true if the sweep's view has to be defined anew. */
  add(names: Iterable<string>): boolean {
    const isFull = this.names.size >= mostColumns
    const added = [...names].filter((name) => !this.names.has(name))
    for (const name of added) this.names.add(name)
    return isFull ? added.some((name) => this.#deciding.has(name)) : added.length > 0
  }
}
