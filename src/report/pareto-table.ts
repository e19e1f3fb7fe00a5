import { formatCount, formatMetric } from './format.ts'
import { paretoSplit, type Axis } from './pareto.ts'
import { textTable, type Column, type TableCell, type TableRow } from './text-table.ts'

/** A trial as the table shows it. */
export interface ParetoRow {
  readonly trial: number
  /** The parameters that tell the trials apart, as text. */
  readonly parameters: Readonly<Record<string, string>>
  /** Metrics, counts and numeric parameters by name: whatever an axis may name. */
  readonly values: Readonly<Record<string, number | null | undefined>>
}

export interface ParetoTableOptions {
  readonly width?: number | undefined
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
  readonly unicode: boolean
}

/** Shown beside the axes where trials have them. */
const companions = ['parameter_count', 'flops', 'epoch_seconds']

const titles: Readonly<Record<string, string>> = {
  parameter_count: 'parameters',
  flops: 'FLOPs',
  epoch_seconds: 's/epoch',
}

/** `test_accuracy` as `test accuracy`, `flops` as `FLOPs`. */
export function titleOf(key: string): string {
  return titles[key] ?? key.replaceAll('_', ' ')
}

/** The trials that no other one beats, best first and marked; below them, dimmed, the rest. */
export function paretoTable(
  rows: readonly ParetoRow[],
  axes: readonly Axis[],
  { width, dim, bold, unicode }: ParetoTableOptions,
): string {
  const { front, dominated, incomplete } = paretoSplit(rows, axes, (row) => row.values)
  const parameters = [...new Set(rows.flatMap((row) => Object.keys(row.parameters)))]
  const measures = [...new Set([...companions.slice(0, 2), ...axes.map((axis) => axis.key), ...companions.slice(2)])]
  const shown = measures.filter((key) => !parameters.includes(key) && rows.some((row) => row.values[key] != null))
  const columns: Column[] = [
    { key: 'front', title: 'front', align: 'left' },
    { key: 'trial', title: 'trial', align: 'right' },
    ...parameters.map((key): Column => ({ key, title: key, align: 'right' })),
    ...shown.map((key): Column => ({ key, title: titleOf(key), align: 'right' })),
  ]
  const cells = (row: ParetoRow, mark: string): TableRow => ({
    ...Object.fromEntries(shown.map((key) => [key, measure(key, row.values[key])])),
    ...row.parameters,
    ...{ front: mark, trial: row.trial },
  })
  const mark = unicode ? '★' : '*'
  const all = [...front.map((row) => cells(row, mark)), ...[...dominated, ...incomplete].map((row) => cells(row, ''))]
  return textTable(columns, all, {
    width,
    style: (line, k) => (k < 0 ? bold(line) : k < front.length ? line : dim(line)),
  })
}

function measure(key: string, value: number | null | undefined): TableCell {
  if (value == null) return null
  if (key === 'epoch_seconds') return value.toFixed(2)
  return key === 'flops' || key === 'parameter_count' ? formatCount(value) : formatMetric(key, value)
}
