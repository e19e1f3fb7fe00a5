import { sql, type RawBuilder } from 'kysely'

import { meanOfReports } from '../../db/reduced-value.ts'
import { objectivesOf, type SweepMetric } from '../metrics/catalogue.ts'

/** A column of a sweep's views. */
export interface ViewColumn {
  readonly kind: 'parameter' | 'metric'
  readonly name: string
  /** Its value for a row `t` of `trials`. */
  readonly value: RawBuilder<unknown>
}

/** Columns of a trial that each sweep's views have. */
export const trialColumns = [
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

interface ViewedSweep {
  readonly id: number
  readonly repeat: number
  readonly metrics: readonly SweepMetric[]
}

/** The name of the view that has a row a point, beside that of a row a trial. */
export function pointsViewName(viewName: string): string {
  return viewName.replace(/^sweep_/, 'points_')
}

/** Columns of a sweep's view of points that its view of trials lacks. */
export const pointColumns = ['seeds', 'feasible', 'eligible'] as const

/** The value of a metric in a trial `t`, under its reduction. */
export function metricColumn({ name, goal, reduction }: SweepMetric): RawBuilder<unknown> {
  const best = goal === 'maximize' ? sql`f.greatest` : sql`f.least`
  const value = reduction === 'mean' ? meanOfReports : reduction === 'best' ? best : sql`f.value`
  return sql`(select ${value} from final_metrics f where f.trial_id = t.id and f.name = ${sql.lit(name)})`
}

const costNames: readonly string[] = ['parameter_count', 'flops']

/**
 * A column that every sweep's views have, of a trial `t`. A cost is as swath counted it, else as the trial reported it.
 * @param isReported SQL text: whether what the trial has reported is taken
 */
export function trialColumn(
  column: string,
  metrics: readonly SweepMetric[],
  isReported = sql`1 = 1`,
): RawBuilder<unknown> {
  const own = sql`t.${sql.id(column)}`
  const reported = metrics.find((metric) => metric.name === column && metric.reported === 1)
  if (!costNames.includes(column) || reported === undefined) return own
  return sql`coalesce(${own}, case when ${isReported} then ${metricColumn(reported)} end)`
}

/**
 * The view that has a row a point. With one seed per point the values are the trial's own, whatever its state; `seeds` is 1 if
 * the trial counts. With several they are the means over the trials that count.
 */
export function pointsSelect(sweep: ViewedSweep, columns: readonly ViewColumn[]): RawBuilder<unknown> {
  return sweep.repeat === 1 ? singles(sweep, columns) : repeated(sweep, columns)
}

function singles(sweep: ViewedSweep, columns: readonly ViewColumn[]): RawBuilder<unknown> {
  const counts = countsOf(sweep)
  const isFeasible = sql`(t.violation is null or t.violation = 0)`
  return sql`
    select ${sql.join([
      sql`t.id as trial_id`,
      ...trialColumns.map((column) => sql`${trialColumn(column, sweep.metrics)} as ${sql.id(column)}`),
      ...columns.map(({ name, value }) => sql`${value} as ${sql.id(name)}`),
      sql`${counts} as seeds`,
      sql`case when ${counts} = 0 then null when ${isFeasible} then 1 else 0 end as feasible`,
      sql`case when ${counts} = 1 and (${isFeasible} or not exists (
        select 1 from trials t where t.sweep_id = ${sql.lit(sweep.id)} and ${isFeasible} and ${counts} = 1
      )) then 1 else 0 end as eligible`,
    ])}
    from trials t where t.sweep_id = ${sql.lit(sweep.id)}`
}

function repeated(sweep: ViewedSweep, columns: readonly ViewColumn[]): RawBuilder<unknown> {
  const id = (name: string) => sql.id(name)
  return sql`
    with base as materialized (
      select t.*, ${countsOf(sweep)} as swath_counts, min(t.id) over (partition by t.params) as swath_point
      from trials t where t.sweep_id = ${sql.lit(sweep.id)}
    ),
    own as materialized (
      select ${sql.join([
        ...['swath_point', 'swath_counts', 'violation', ...trialColumns].map(
          (column) => sql`${trialColumn(column, sweep.metrics, sql`t.swath_counts = 1`)} as ${id(`t_${column}`)}`,
        ),
        ...columns.map(({ kind, value }, k) => {
          const counted = kind === 'metric' ? sql`case t.swath_counts when 1 then ${value} end` : value
          return sql`${counted} as ${id(`c_${k}`)}`
        }),
      ])}
      from base t
    ),
    points as materialized (
      select ${sql.join([
        sql`t_swath_point as trial_id, min(t_number) as number, ${stateOfPoint} as state, max(t_attempt) as attempt`,
        sql`min(t_repeat) as repeat, min(t_seed) as seed, ${meanOf(id('t_parameter_count'))} as parameter_count, ${meanOf(id('t_flops'))} as flops`,
        sql`cast(null as text) as weights_sha256, max(t_stop_reason) as stop_reason`,
        ...columns.map(({ kind, name }, k) => {
          const column = id(`c_${k}`)
          return sql`${kind === 'metric' ? meanOf(column) : sql`min(${column})`} as ${id(name)}`
        }),
        sql`sum(t_swath_counts) as seeds`,
        sql`max(case t_swath_counts when 1 then coalesce(t_violation, 0) end) as swath_violation`,
      ])}
      from own group by t_swath_point
    ),
    limits as materialized (
      select l.least, max(case when p.swath_violation = 0 or l.least > 0 then p.seeds end) as most
      from points p cross join (select min(swath_violation) as least from points) l group by l.least
    )
    select ${sql.join([
      sql`trial_id`,
      ...[...trialColumns, ...columns.map(({ name }) => name)].map((name) => sql`p.${id(name)}`),
      sql`p.seeds`,
      sql`case when p.swath_violation = 0 then 1 when p.swath_violation > 0 then 0 end as feasible`,
      sql`case when (p.swath_violation = 0 or l.least > 0) and 2 * p.seeds >= l.most then 1 else 0 end as eligible`,
    ])}
    from points p cross join limits l`
}

/** 1 for a trial that is completed and has a finite value for every objective. */
function countsOf({ metrics }: ViewedSweep): RawBuilder<unknown> {
  const has = objectivesOf(metrics).map((metric) => {
    const value = metricColumn(metric)
    const counted = metric.name === 'flops' || metric.name === 'parameter_count'
    const own = counted ? sql`coalesce(t.${sql.id(metric.name)}, ${value})` : value
    return sql` and ${own} between -1.7976931348623157e308 and 1.7976931348623157e308`
  })
  return sql`case when t.state = 'completed'${has.length === 0 ? sql` and 1 = 0` : sql.join(has, sql``)} then 1 else 0 end`
}

const stateOfPoint = sql`case max(case t_state
    when 'running' then 6 when 'queued' then 5 when 'completed' then 4 when 'stopped' then 3 when 'failed' then 2 else 1
  end)
  when 6 then 'running' when 5 then 'queued' when 4 then 'completed' when 3 then 'stopped' when 2 then 'failed'
  else 'cancelled' end`

function meanOf(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when count(${value}) < 2 then max(${value}) when abs(total(${value})) < 1e-315 then 0.0
    else total(${value}) / count(${value}) end`
}
