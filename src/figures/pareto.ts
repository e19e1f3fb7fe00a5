import type { Goal } from '../metrics/goal.ts'
import { objectivesOf } from '../metrics/catalogue.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import type { Choice } from './choice.ts'
import { columnOf } from './column.ts'
import { quoted } from './sql-text.ts'

export interface ParetoOptions {
  readonly x: string
  readonly y: string
  readonly xGoal: Goal
  readonly yGoal: Goal
  /** A column that colours the points. */
  readonly color?: string | undefined
}

/** Points in a plane, and those that no other one dominates. */
export interface ParetoFigure extends ParetoOptions {
  readonly points: readonly ParetoPoint[]
  /** Points with a value on both axes, of which `points` shows as many as can be told apart. */
  readonly total: number
  /** What the front is over: both axes, or all objectives if the axes are two of three or more. */
  readonly frontOver: readonly string[]
}

export interface ParetoPoint {
  /** The first trial of the point. */
  readonly trial: number
  readonly x: number
  readonly y: number
  readonly color: number | string | null
  readonly isOnFront: boolean
  /** Satisfies every constraint. */
  readonly isFeasible: boolean
  readonly isChosen: boolean
  /** How many points that lie as good as on one another it stands for. */
  readonly stands: number
}

/** Returns both axes or, if they are two of three or more objectives of the sweep, all of these. */
async function objectivesBeyond({ store, sweep, columns }: Choice, axes: readonly string[]): Promise<string[]> {
  const objectives = objectivesOf(await sweepMetrics(store.db, sweep.id))
  const names = objectives.map(({ name }) => columnOf(columns, name)?.name ?? name)
  return names.length > 2 && axes.every((axis) => names.includes(axis)) ? names : [...axes]
}

/** More points than this cannot be told apart: those in one cell of a grid are drawn as one. */
const mostPoints = 2_000
const cells = { x: 64, y: 40 }

/** Returns every point of the front, and as many of the others as can be told apart. */
export async function paretoFigure(choice: Choice, options: ParetoOptions): Promise<ParetoFigure> {
  const { x, y, xGoal, yGoal, color } = options
  for (const name of [x, y, color]) if (name !== undefined) choice.column(name)
  const frontOver = await objectivesBeyond(choice, [x, y])
  const cost = (place: 'x' | 'y' | 'p.y') => ((place === 'x' ? xGoal : yGoal) === 'minimize' ? place : `-${place}`)
  const rows = await choice.ask(`
    with points as materialized (
      select trial_id, ${quoted(x)} as x, ${quoted(y)} as y, ${color === undefined ? 'null' : quoted(color)} as c,
        case when ${choice.isChosen} then 1 else 0 end as chosen, eligible, feasible
      from ${choice.points}
      where seeds > 0 and ${quoted(x)} is not null and ${quoted(y)} is not null
    ),
    bounds as materialized (
      select count(*) as n, min(x) as x0, max(x) - min(x) as dx, min(y) as y0, max(y) - min(y) as dy from points
    ),
    best as (select x, min(${cost('y')}) as least from points where eligible = 1 group by x),
    ranked as (
      select x, least, min(least) over (
        order by ${cost('x')} rows between unbounded preceding and 1 preceding
      ) as least_for_less
      from best
    ),
    steps as (select x, least from ranked where least_for_less is null or least < least_for_less),
    front as materialized (${
      frontOver.length > 2
        ? `select trial_id from pareto_front where sweep_id = ${choice.sweep.id}`
        : `select p.trial_id from points p join steps f on p.eligible = 1 and f.x = p.x and f.least = ${cost('p.y')}`
    }),
    judged as (
      select p.*, b.n, case when f.trial_id is null then 0 else 1 end as front,
        case when n > ${mostPoints} and dx > 0 then floor((p.x - x0) * ${cells.x} / dx) else 0 end as cx,
        case when n > ${mostPoints} and dy > 0 then floor((p.y - y0) * ${cells.y} / dy) else 0 end as cy,
        case when n > ${mostPoints} and f.trial_id is null then 0 else p.trial_id end as own
      from points p cross join bounds b left join front f on f.trial_id = p.trial_id
    )
    select min(trial_id) as trial, avg(x) as x, avg(y) as y, min(c) as c, front, chosen, count(*) as stands, min(n) as n, feasible
    from judged
    group by front, chosen, feasible, cx, cy, own
    order by trial`)
  return {
    ...options,
    frontOver,
    total: Number(rows[0]?.[7] ?? 0),
    points: rows.map(([trial, px, py, c, front, chosen, stands, , feasible]) => ({
      ...{ trial: Number(trial), x: Number(px), y: Number(py), color: c ?? null },
      ...{ isOnFront: front === 1, isFeasible: feasible === 1, isChosen: chosen === 1, stands: Number(stands) },
    })),
  }
}
