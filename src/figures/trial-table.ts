import type { Choice } from './choice.ts'
import { varyingParameters } from './column.ts'
import { quoted } from './sql-text.ts'

export interface TableOptions {
  /** By default those that tell trials apart. */
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly descending?: boolean | undefined
  /** A column whose values make a row each, with the mean of every number. */
  readonly group?: string | undefined
  readonly offset: number
  readonly limit: number
}

export interface TrialTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (number | string | null)[])[]
  /** Rows in all, of which these are a part. */
  readonly total: number
}

/** Columns that a reader looks for first, where a sweep has them. */
const telling = ['test_accuracy', 'val_accuracy', 'val_loss', 'train_loss', 'epoch_seconds']

/** A part of a sweep's trials, or of their groups, in some order. */
export async function trialTable(choice: Choice, options: TableOptions): Promise<TrialTable> {
  const columns = options.columns?.map((name) => choice.column(name).name) ?? usualColumns(choice)
  return options.group === undefined ? plainTable(choice, columns, options) : groupedTable(choice, columns, options)
}

function usualColumns({ columns }: Choice): string[] {
  const metrics = columns.filter(({ source }) => source === 'metric').map(({ name }) => name)
  const shown = telling.filter((name) => metrics.includes(name))
  return [
    ...['trial_id', 'state'],
    ...varyingParameters(columns),
    'flops',
    ...(shown.length > 0 ? shown : metrics.slice(0, 5)),
  ]
}

async function plainTable(choice: Choice, columns: readonly string[], options: TableOptions): Promise<TrialTable> {
  const shown = columns.includes('trial_id') ? columns : ['trial_id', ...columns]
  const [[total] = [0]] = await choice.ask(`select count(*) from ${choice.trials} where ${choice.isChosen}`)
  const rows = await choice.ask(`
    select ${shown.map(quoted).join(', ')} from ${choice.trials}
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
