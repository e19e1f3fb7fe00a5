import { mostTellingFirst, usualMetrics } from '../metrics/goal.ts'
import { columnsOf, type Column, type TableRow } from '../report/text-table.ts'
import type { NamedColumns } from '../results/named-columns.ts'

/**
 * The columns of a sweep's table for people. A narrow terminal leaves out last what the sweep is for, then why a trial ended,
 * then its parameters.
 */
export function layoutOf(
  rows: readonly TableRow[],
  named: NamedColumns,
  goals: readonly string[],
  { byPoint }: { readonly byPoint: boolean },
): Column[] {
  const parameters = new Set(named.parameters.values())
  const objectives = goals.map((name) => named.metrics.get(name) ?? name)
  const words = new Set(['state', 'error', 'stop_reason', ...parameters])
  const importanceOf = (key: string) => {
    if (key === 'trial' || objectives.includes(key)) return 5
    if (key === 'error' || key === 'stop_reason') return 4
    if (key === 'state' || key === 'seeds' || parameters.has(key)) return 3
    if (key === 'flops') return 2
    return key === 'parameter_count' || key === 'epoch_seconds' ? 0 : 1
  }
  return columnsOf(tellingColumns(rows, named, goals), rows).map((column) => ({
    ...column,
    ...{ importance: importanceOf(column.key), align: byPoint && !words.has(column.key) ? 'right' : column.align },
  }))
}

/** Returns what fits a terminal: no column without a value, and the objectives before the usual metrics; `--json` has the others. */
function tellingColumns(
  rows: readonly TableRow[],
  { parameters, metrics }: NamedColumns,
  goals: readonly string[],
): string[] {
  const has = (column: string) => rows.some((row) => row[column] !== null && row[column] !== undefined)
  const reported = mostTellingFirst([...metrics.keys()], goals)
  const telling = reported.filter((name) => goals.includes(name) || usualMetrics.includes(name))
  const shown = (telling.length > 0 ? telling : reported).flatMap((name) => metrics.get(name) ?? [])
  return [
    ...['trial', 'seeds', 'state'].filter(has),
    ...[...parameters.values()].filter(has),
    ...['parameter_count', 'flops'].filter(has),
    ...shown,
    ...(rows.some((row) => Number(row.attempt) > 1) ? ['attempt'] : []),
    ...(rows.some((row) => Number(row.violation) > 0) ? ['violation'] : []),
    ...['error', 'stop_reason'].filter(has),
  ]
}
