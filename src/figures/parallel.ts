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
}

interface ParallelLine {
  readonly trial: number
  /** By axis. */
  readonly values: readonly (number | string | null)[]
}

/** A line a trial through its parameters to what it came to; the best ones where there are too many. */
export async function parallelFigure(
  choice: Choice,
  options: { readonly axes: readonly string[]; readonly goal: Goal; readonly most: number },
): Promise<ParallelFigure> {
  const axes = options.axes.map((name) => choice.column(name))
  const names = axes.map(({ name }) => quoted(name))
  const last = names.at(-1) ?? 'trial_id'
  const rows = await choice.ask(`
    select trial_id, count(*) over () as n${names.map((name) => `, ${name}`).join('')}
    from ${choice.view}
    where state = 'completed' and ${last} is not null and ${choice.isChosen}
    order by ${last} ${options.goal === 'minimize' ? 'asc' : 'desc'}, trial_id
    limit ${options.most}`)
  return {
    axes: axes.map(({ name, isNumber }) => ({ name, isNumber })),
    trials: Number(rows[0]?.[1] ?? 0),
    lines: rows.map(([trial, , ...values]) => ({ trial: Number(trial), values })),
  }
}
