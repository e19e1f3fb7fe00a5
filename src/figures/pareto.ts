import type { Goal } from '../report/pareto.ts'
import type { Choice } from './choice.ts'
import { quoted } from './sql-text.ts'

export interface ParetoOptions {
  readonly x: string
  readonly y: string
  readonly xGoal: Goal
  readonly yGoal: Goal
  /** A column that colours the points. */
  readonly color?: string | undefined
}

/** Completed trials in a plane, and those that no other one beats. */
export interface ParetoFigure extends ParetoOptions {
  readonly points: readonly ParetoPoint[]
  /** Completed trials with a value on both axes. */
  readonly trials: number
}

export interface ParetoPoint {
  readonly trial: number
  readonly x: number
  readonly y: number
  readonly color: number | string | null
  readonly isOnFront: boolean
  readonly isChosen: boolean
  /** Of how many trials that lie as good as on one another it stands for all. */
  readonly stands: number
}

/** More points than this no eye can tell apart: they are told apart by the cell of a grid that they are in. */
const mostPoints = 4_000
const cells = { x: 160, y: 100 }

/** The front whole, the others as many as can be seen; the server says which, whatever the number of trials. */
export async function paretoFigure(choice: Choice, options: ParetoOptions): Promise<ParetoFigure> {
  const { x, y, xGoal, yGoal, color } = options
  for (const name of [x, y, color]) if (name !== undefined) choice.column(name)
  const cost = (axis: 'x' | 'y') => ((axis === 'x' ? xGoal : yGoal) === 'minimize' ? axis : `-${axis}`)
  const rows = await choice.ask(`
    with points as materialized (
      select trial_id, ${quoted(x)} as x, ${quoted(y)} as y, ${color === undefined ? 'null' : quoted(color)} as c,
        case when ${choice.isChosen} then 1 else 0 end as chosen
      from ${choice.view}
      where state = 'completed' and ${quoted(x)} is not null and ${quoted(y)} is not null
    ),
    bounds as (
      select count(*) as n, min(x) as x0, max(x) - min(x) as dx, min(y) as y0, max(y) - min(y) as dy from points
    ),
    ranked as (
      select points.*,
        min(${cost('y')}) over (partition by x) as least,
        min(${cost('y')}) over (
          order by ${cost('x')} groups between unbounded preceding and 1 preceding
        ) as least_for_less
      from points
    ),
    judged as (
      select ranked.*, bounds.n,
        case when ${cost('y')} = least and (least_for_less is null or ${cost('y')} < least_for_less) then 1 else 0 end as front,
        case when n > ${mostPoints} and dx > 0 then floor((x - x0) * ${cells.x} / dx) else 0 end as cx,
        case when n > ${mostPoints} and dy > 0 then floor((y - y0) * ${cells.y} / dy) else 0 end as cy,
        case when n > ${mostPoints} then 0 else trial_id end as own
      from ranked cross join bounds
    )
    select min(trial_id) as trial, avg(x) as x, avg(y) as y, min(c) as c, front, chosen, count(*) as stands, min(n) as n
    from judged
    group by front, chosen, cx, cy, own, case when front = 1 then trial_id end
    order by trial`)
  return {
    ...options,
    trials: Number(rows[0]?.[7] ?? 0),
    points: rows.map(([trial, px, py, c, front, chosen, stands]) => ({
      ...{ trial: Number(trial), x: Number(px), y: Number(py), color: c ?? null },
      ...{ isOnFront: front === 1, isChosen: chosen === 1, stands: Number(stands) },
    })),
  }
}
