import type { Goal } from '../report/pareto.ts'
import type { Choice } from './choice.ts'
import { quoted } from './sql-text.ts'

export interface ParallelFigure {
  readonly axes: readonly ParallelAxis[]
  readonly lines: readonly ParallelLine[]
  /** Completed trials that are chosen; more than there are lines where not all can be seen. */
  readonly trials: number
}

interface ParallelAxis {
  readonly name: string
  readonly isNumber: boolean
  /** Of all completed trials, so that an axis stays as it is whatever is chosen: least and greatest; of names each. */
  readonly extent: readonly (number | string)[]
}

interface ParallelLine {
  readonly trial: number
  readonly isChosen: boolean
  /** By axis. */
  readonly values: readonly (number | string | null)[]
}

/** More names than this no axis has room for. */
const mostNames = 100

/** A line a trial through its parameters to what it came to; the best ones, of those chosen first, where there are too many. */
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
      from ${choice.view}
      where state = 'completed' and ${last} is not null
    ),
    bounds as (
      select sum(is_chosen) as n, ${names.map((name, k) => `min(${name}) as least_${k}, max(${name}) as greatest_${k}`).join(', ')}
      from lines
    )
    select trial_id, is_chosen, ${names.join(', ')}, bounds.*
    from lines cross join bounds
    order by is_chosen desc, ${last} ${options.goal === 'minimize' ? 'asc' : 'desc'}, trial_id
    limit ${options.most}`)
  const [trials, ...ends] = rows[0]?.slice(2 + names.length) ?? []
  return {
    axes: await Promise.all(
      axes.map(async ({ name, isNumber }, k) => {
        const extent = isNumber ? ends.slice(2 * k, 2 * k + 2).map(Number) : await namesIn(choice, name)
        return { name, isNumber, extent }
      }),
    ),
    trials: Number(trials ?? 0),
    lines: rows.map(([trial, isChosen, ...values]) => ({
      ...{ trial: Number(trial), isChosen: isChosen === 1, values: values.slice(0, names.length) },
    })),
  }
}

async function namesIn(choice: Choice, column: string): Promise<string[]> {
  const name = quoted(choice.column(column).name)
  const rows = await choice.ask(`
    select distinct cast(${name} as text) as name from ${choice.view}
    where state = 'completed' and ${name} is not null order by 1 limit ${mostNames}`)
  return rows.map(([value]) => String(value))
}
