import type { Choice } from './choice.ts'
import { objectivesOf } from '../metrics/catalogue.ts'
import { objectiveRank } from '../metrics/goal.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { columnOf, varyingColumns } from './column.ts'
import { quoted } from './sql-text.ts'

export interface TableOptions {
  /** By default those that tell trials apart. */
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly descending?: boolean | undefined
  /** A column whose values make a row each, with the mean of every number. */
  readonly group?: string | undefined
  /** A row per trial or, with the means over its seeds, per point. */
  readonly rows?: 'trial' | 'point' | undefined
  readonly offset: number
  readonly limit: number
}

export interface TrialTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (number | string | null)[])[]
  /** Rows in all, of which these are a part. */
  readonly total: number
}

/** Metrics beside the objectives that a table shows unless others are asked for. */
const mostOthers = 4

/** Returns a part of a sweep's trials, points or groups, in some order. */
export async function trialTable(choice: Choice, options: TableOptions): Promise<TrialTable> {
  const columns = options.columns?.map((name) => choice.column(name).name) ?? (await usualColumns(choice))
  return options.group === undefined ? plainTable(choice, columns, options) : groupedTable(choice, columns, options)
}

/** Returns the objectives first, then what tells trials apart, costs that there are, and a few more metrics. */
async function usualColumns({ store, sweep, columns }: Choice): Promise<string[]> {
  const objectives = objectivesOf(await sweepMetrics(store.db, sweep.id)).flatMap(
    ({ name }) => columnOf(columns, name)?.name ?? [],
  )
  const costs = columns.filter(({ source, name, isNumber }) => source === 'trial' && name === 'flops' && isNumber)
  const others = columns.filter(({ source, name }) => source === 'metric' && !objectives.includes(name))
  const metrics = others.sort((a, b) => objectiveRank(a.of) - objectiveRank(b.of)).slice(0, mostOthers)
  const names = [...objectives, ...varyingColumns(columns), ...[...costs, ...metrics].map(({ name }) => name)]
  return [...new Set(['trial_id', 'state', ...names])]
}

async function plainTable(choice: Choice, columns: readonly string[], options: TableOptions): Promise<TrialTable> {
  const named = columns.includes('trial_id') ? columns : ['trial_id', ...columns]
  const shown =
    options.rows === 'point' ? named.flatMap((name) => (name === 'state' ? [name, 'seeds'] : [name])) : named
  const view = options.rows === 'point' ? choice.points : choice.trials
  const [[total] = [0]] = await choice.ask(`select count(*) from ${view} where ${choice.isChosen}`)
  const rows = await choice.ask(`
    select ${shown.map(quoted).join(', ')} from ${view}
    where ${choice.isChosen}
    order by ${orderOf(choice, options)} trial_id
    limit ${options.limit} offset ${options.offset}`)
  return { columns: shown, rows, total: Number(total) }
}

async function groupedTable(choice: Choice, columns: readonly string[], options: TableOptions): Promise<TrialTable> {
  const group = quoted(choice.column(options.group ?? '').name)
  const means = columns.filter((name) => name !== options.group && name !== 'trial_id' && choice.column(name).isNumber)
  const shown = [options.group ?? '', 'trials', ...means]
  const place = options.sort === undefined ? 0 : shown.indexOf(options.sort)
  const rows = await choice.ask(`
    select ${group}, count(*)${means.map((name) => `, avg(${quoted(name)})`).join('')} from ${choice.trials}
    where ${choice.isChosen}
    group by 1
    order by ${Math.max(place, 0) + 1} ${options.descending === true ? 'desc' : 'asc'}
    limit ${options.limit} offset ${options.offset}`)
  const [[total] = [0]] = await choice.ask(
    `select count(*) from (select 1 from ${choice.trials} where ${choice.isChosen} group by ${group}) groups`,
  )
  return { columns: shown, rows, total: Number(total) }
}

/** What has no value comes last, whichever way round. */
function orderOf(choice: Choice, { sort, descending }: TableOptions): string {
  if (sort === undefined) return ''
  const column = quoted(choice.column(sort).name)
  return `case when ${column} is null then 1 else 0 end, ${column} ${descending === true ? 'desc' : 'asc'},`
}
