import { formatCount, formatMetric, formatMetricMean, formatNumber } from './format.ts'
import { textTable, type Column, type TableCell, type TableRow } from './text-table.ts'

/** A row of the Pareto table, with cells by the column's key. */
export interface ParetoTableRow {
  readonly trial: number
  readonly isOnFront: boolean
  readonly seeds: number
  readonly cells: ReadonlyMap<string, TableCell>
  /** Standard errors of metrics. */
  readonly errors: ReadonlyMap<string, number>
}

/** A parameter or a metric that the table has a column for. */
export interface ParetoTableColumn {
  readonly key: string
  readonly name: string
  readonly kind: 'parameter' | 'axis' | 'companion'
}

interface ParetoTableOptions {
  readonly isRepeated: boolean
  readonly width?: number | undefined
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
  readonly unicode: boolean
}

const titles: ReadonlyMap<string, string> = new Map([
  ['parameter_count', 'parameters'],
  ['flops', 'FLOPs'],
  ['epoch_seconds', 's/epoch'],
])

/** `test_accuracy` as `test accuracy`, `flops` as `FLOPs`. */
export function titleOf(name: string): string {
  return titles.get(name) ?? name.replaceAll('_', ' ')
}

/** Characters of a parameter. */
const longestNumber = 7

/** A narrow terminal leaves out what an axis or the parameters tell as well: from the least important up. */
const expendable = ['parameter_count', 'epoch_seconds', 'flops']

/** The points that no other one dominates, best first and marked; below them, dimmed, the rest. */
export function paretoTable(
  rows: readonly ParetoTableRow[],
  columns: readonly ParetoTableColumn[],
  { isRepeated, width, dim, bold, unicode }: ParetoTableOptions,
): string {
  const shown = columns.filter(
    ({ kind, key }) => kind === 'parameter' || rows.some(({ cells }) => cells.get(key) != null),
  )
  const table: Column[] = [
    { key: ' front', title: 'front', align: 'left', importance: 2 },
    { key: ' trial', title: 'trial', align: 'right', importance: 2 },
    ...(isRepeated ? [{ key: ' seeds', title: 'seeds', align: 'right' } as const] : []),
    ...shown.map((column): Column => ({
      ...{
        key: column.key,
        title: column.kind === 'parameter' || column.key !== column.name ? column.key : titleOf(column.name),
      },
      ...{ align: 'right', importance: importanceOf(column) },
    })),
  ]
  const mark = unicode ? '★' : '*'
  const lines = rows.map(({ trial, isOnFront, seeds, cells, errors }): TableRow => {
    const row = Object.create(null) as Record<string, TableCell>
    for (const { key, name, kind } of shown) {
      const value = cells.get(key)
      row[key] = kind === 'parameter' ? shortened(value) : measure(name, value, errors.get(key) ?? null)
    }
    return Object.assign(row, { ' front': isOnFront ? mark : '', ' trial': trial, ' seeds': seeds })
  })
  return textTable(table, lines, {
    ...{ width, unicode },
    style: (line, k) => (k < 0 ? bold(line) : rows[k]?.isOnFront === true ? line : dim(line)),
  })
}

/** A drawn number has sixteen digits, of which a reader needs a few; a written one keeps its own. */
function shortened(value: TableCell): TableCell {
  if (typeof value !== 'number') return value
  return String(value).length <= longestNumber ? String(value) : formatNumber(value)
}

/** The parameters have 0. */
function importanceOf({ name, kind }: ParetoTableColumn): number {
  if (kind === 'parameter') return 0
  return kind === 'axis' ? 3 : expendable.indexOf(name) - expendable.length
}

function measure(name: string, value: TableCell, se: number | null): TableCell {
  if (typeof value !== 'number') return value
  if (se !== null && !expendable.includes(name)) return formatMetricMean(name, value, se)
  if (name === 'epoch_seconds') return value < 0.1 ? formatNumber(Number(value.toPrecision(2))) : value.toFixed(2)
  return (name === 'flops' || name === 'parameter_count') && Number.isInteger(value)
    ? formatCount(value)
    : formatMetric(name, value)
}
