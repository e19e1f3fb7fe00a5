import { sql, type Kysely, type RawBuilder } from 'kysely'

import { longestName, takeDefinitions } from '../../db/dialect.ts'
import { namesIn } from '../search/constraint.ts'
import { constraintsOf } from '../sweep/check-search.ts'
import { storedSettings, type SweepDefinition } from '../sweep/definition.ts'
import { variedParameters } from '../sweep/space.ts'
import { caseless, freeIdentifier, longestIdentifier, shortened } from './identifiers.ts'
import { parameterColumns } from './parameter-columns.ts'
import type { Schema, SweepRow } from './schema.ts'

/**
 * Returns the name of a sweep's view if no other sweep has it: `sweep_mnist_depth_width`. It needs no quotes in SQL: letters
 * and digits of every script stay, other characters become `_`. Only ASCII capitals become small: both databases fold those.
 */
export function plainViewName(sweepName: string): string {
  return shortened(`sweep_${caseless(sweepName).replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')}`, longestIdentifier)
}

/** Returns {@link plainViewName}, or that with _2, _3, … where another sweep has it. */
export async function freeViewName(db: Kysely<Schema>, sweepName: string): Promise<string> {
  const rows = await db.selectFrom('sweeps').select('view_name').execute()
  return freeIdentifier(plainViewName(sweepName), new Set(rows.map((row) => row.view_name)))
}

/** Columns of every sweep's view, in front of its parameters. */
export const fixedColumns = [
  'trial_id',
  'number',
  'state',
  'attempt',
  'repeat',
  'seed',
  'parameter_count',
  'flops',
  'weights_sha256',
  'stop_reason',
] as const

/** SQLite's are 2000, also those of a question that adds some of its own. */
export const mostColumns = 1_000

/**
 * Makes or replaces a sweep's own view. In front are the parameters that vary and the metrics that decide (`decidingMetrics`):
 * what is more than `mostColumns` is left out, and there to ask in `trials.params` and `trial_metrics`.
 */
export async function defineSweepView(
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
  const { parameters: space = {} } = JSON.parse(sweep.definition) as Partial<SweepDefinition>
  const [varied, constant] = divided(parameters, new Set(variedParameters(space)))
  const [deciding, others] = divided(metrics, decidingMetrics(sweep))

  const nameOf = columnNames(db)
  // A metric never takes the name of a parameter.
  const parameterNames = new Map([...varied, ...constant].map((name) => [name, nameOf('param', name)]))
  const parameterColumn = async (names: readonly string[]) =>
    (await parameterColumns(db, id, names)).map(
      (column, k) => sql`${column} as ${parameterNames.get(names[k] ?? '') ?? sql``}`,
    )
  const metricColumn = (name: string) => sql`(
    select m.value from final_metrics m where m.trial_id = t.id and m.name = ${sql.lit(name)}
  ) as ${nameOf('metric', name)}`
  const columns = [
    sql`t.id as trial_id`,
    ...fixedColumns.slice(1).map((column) => sql`t.${sql.id(column)}`),
    ...(await parameterColumn(varied.slice(0, mostColumns))),
    ...deciding.slice(0, mostColumns).map(metricColumn),
    ...(await parameterColumn(constant.slice(0, mostColumns))),
    ...others.slice(0, mostColumns).map(metricColumn),
  ].slice(0, mostColumns)
  const view = sql.id(view_name)
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await takeDefinitions(transaction)
      await sql`drop view if exists ${view}`.execute(transaction)
      await sql`create view ${view} as select ${sql.join(columns)} from trials t where t.sweep_id = ${sql.lit(id)}`.execute(
        transaction,
      )
    })
}

/**
 * Gives each parameter and metric a column's name. One that is taken already, in whatever case, gets a prefix (`param_seed`,
 * `metric_flops`), and a number if need be.
 */
function columnNames(db: Kysely<Schema>): (prefix: 'param' | 'metric', name: string) => RawBuilder<unknown> {
  const taken = new Set<string>(fixedColumns)
  const longest = longestName(db)
  return (prefix, name) => {
    const own = shortened(name, longest)
    const column = taken.has(caseless(own)) ? freeIdentifier(`${prefix}_${name}`, taken, longest) : own
    taken.add(caseless(column))
    return sql.id(column)
  }
}

/** The metrics that decide something in a sweep: its objectives, those of early stopping, and those in constraints. */
function decidingMetrics(sweep: Pick<SweepRow, 'definition' | 'settings'>): ReadonlySet<string> {
  const { early_terminate: early, constraints } = JSON.parse(sweep.definition) as Partial<SweepDefinition>
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

/** The metrics that a sweep's trials have reported so far. */
export async function metricNamesOf(db: Kysely<Schema>, sweepId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('final_metrics as m')
    .innerJoin('trials', 'trials.id', 'm.trial_id')
    .select('m.name')
    .distinct()
    .where('trials.sweep_id', '=', sweepId)
    .orderBy('m.name')
    .execute()
  return rows.map((row) => row.name)
}
