import { columnsOf, type Column, type TableRow } from '../report/text-table.ts'

/** What a narrow terminal leaves out last: what the sweep is for, then why a trial ended, then its parameters. */
export function layoutOf(
  rows: readonly TableRow[],
  varying: readonly string[],
  goals: readonly string[],
  { byPoint }: { readonly byPoint: boolean },
): Column[] {
  const words = ['state', 'error', 'stop_reason', ...varying]
  const ranks = [['parameter_count', 'epoch_seconds'], [], ['flops'], ['state', 'seeds', ...varying]] as const
  const importanceOf = (key: string) => {
    if (key === 'trial' || goals.includes(key)) return 5
    if (key === 'error' || key === 'stop_reason') return 4
    const rank = ranks.findIndex((keys) => (keys as readonly string[]).includes(key))
    return rank < 0 ? 1 : rank
  }
  return columnsOf(tellingColumns(rows, varying, goals), rows).map((column) => ({
    ...column,
    ...{ importance: importanceOf(column.key), align: byPoint && !words.includes(column.key) ? 'right' : column.align },
  }))
}

/** Metrics that say most; the others are in `--json` and in the trial itself. */
const tellingMetrics = ['test_accuracy', 'val_accuracy', 'val_loss', 'train_loss', 'epoch_seconds']

/** What fits a terminal: no column that says the same in every row, and the best known metrics where there are any. */
function tellingColumns(rows: readonly TableRow[], varying: readonly string[], goals: readonly string[]): string[] {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const fixed = ['trial', 'seeds', 'state', ...varying, 'parameter_count', 'flops']
  const reported = all.filter((column) => ![...fixed, 'attempt', 'error', 'stop_reason'].includes(column))
  const telling = [...new Set([...goals, ...tellingMetrics])].filter((metric) => reported.includes(metric))
  const has = (column: string) => rows.some((row) => row[column] !== null && row[column] !== undefined)
  return [
    ...fixed.filter(has),
    ...(telling.length > 0 ? telling : reported),
    ...(rows.some((row) => Number(row.attempt) > 1) ? ['attempt'] : []),
    ...['error', 'stop_reason'].filter(has),
  ]
}
