import type { Goal } from '../report/pareto.ts'
import type { Choice } from './choice.ts'
import { quoted } from './sql-text.ts'

export interface ParallelFigure {
  readonly axes: readonly ParallelAxis[]
  readonly lines: readonly ParallelLine[]
  /** Chosen points; more than there are lines if not all can be told apart. */
  readonly points: number
}

interface ParallelAxis {
  readonly name: string
  readonly isNumber: boolean
  /** Least and greatest number, or each name, over all points: what is chosen changes no axis. */
  readonly extent: readonly (number | string)[]
}

interface ParallelLine {
  /** The first trial of the point. */
  readonly trial: number
  readonly isChosen: boolean
  /** By axis. */
  readonly values: readonly (number | string | null)[]
}

/** More names than this no axis has room for. */
const mostNames = 100

/** Returns a line a point through its parameters to a metric: the chosen ones first, then the best. */
export async function parallelFigure(
  choice: Choice,
  options: { readonly axes: readonly string[]; readonly goal: Goal; readonly most: number },
): Promise<ParallelFigure> {
  const axes = options.axes.map((name) => choice.column(name))
  const names = axes.map(({ name }) => quoted(name))
  const last = names.at(-1) ?? 'trial_id'
  const rows = await choice.ask(`
    with lines as materialized (
      select trial_id, case when ${choice.isChosen} then 1 else 0 end as is_chosen, ${names.join(', ')}
      from ${choice.points}
      where seeds > 0 and ${last} is not null
    ),
    bounds as (
      select sum(is_chosen) as n, ${names.map((name, k) => `min(${name}) as least_${k}, max(${name}) as greatest_${k}`).join(', ')}
      from lines
    )
    select trial_id, is_chosen, ${names.join(', ')}, bounds.*
    from lines cross join bounds
    order by is_chosen desc, ${last} ${options.goal === 'minimize' ? 'asc' : 'desc'}, trial_id
    limit ${options.most}`)
  const [points, ...ends] = rows[0]?.slice(2 + names.length) ?? []
  return {
    axes: await Promise.all(
      axes.map(async ({ name, isNumber }, k) => {
        const extent = isNumber ? ends.slice(2 * k, 2 * k + 2).map(Number) : await namesIn(choice, name)
        return { name, isNumber, extent }
      }),
    ),
    points: Number(points ?? 0),
    lines: rows.map(([trial, isChosen, ...values]) => ({
      ...{ trial: Number(trial), isChosen: isChosen === 1, values: values.slice(0, names.length) },
    })),
  }
}

async function namesIn(choice: Choice, column: string): Promise<string[]> {
  const name = quoted(choice.column(column).name)
  const rows = await choice.ask(`
    select distinct cast(${name} as text) as name from ${choice.points}
    where seeds > 0 and ${name} is not null order by 1 limit ${mostNames}`)
  return rows.map(([value]) => String(value))
}
