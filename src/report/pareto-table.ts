import { formatCount, formatMetric, formatMetricMean, formatNumber } from './format.ts'
import { paretoSplit, type Axis } from './pareto.ts'
import { textTable, type Column, type TableCell, type TableRow } from './text-table.ts'

/** A trial as the table shows it. */
export interface ParetoRow {
  readonly trial: number
  /** The parameters that tell the trials apart. */
  readonly parameters: Readonly<Record<string, TableCell>>
  /** Metrics, counts and numeric parameters by name: whatever an axis may name. */
  readonly values: Readonly<Record<string, number | null | undefined>>
  /** Where it stands for several seeds of a point: how many, and the standard errors of the means that the values are. */
  readonly seeds?: { readonly count: number; readonly errors: Readonly<Record<string, number | null>> }
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

/** Characters of a parameter. */
const longestNumber = 7

/** A narrow terminal leaves out what an axis or the parameters tell as well: from the least important up. */
const expendable = ['parameter_count', 'epoch_seconds', 'flops']

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
  const isRepeated = rows.some(({ seeds }) => seeds !== undefined)
  const columns: Column[] = [
    { key: 'front', title: 'front', align: 'left', importance: 2 },
    { key: 'trial', title: 'trial', align: 'right', importance: 2 },
    ...(isRepeated ? [{ key: 'seeds', title: 'seeds', align: 'right' } as const] : []),
    ...parameters.map((key): Column => ({ key, title: key, align: 'right' })),
    ...shown.map((key): Column => ({ key, title: titleOf(key), align: 'right', importance: importanceOf(key, axes) })),
  ]
  const cells = (row: ParetoRow, mark: string): TableRow => ({
    ...Object.fromEntries(shown.map((key) => [key, measure(key, row.values[key], row.seeds?.errors[key] ?? null)])),
    ...Object.fromEntries(Object.entries(row.parameters).map(([key, value]) => [key, shortened(value)])),
    ...{ front: mark, trial: row.trial, seeds: row.seeds?.count },
  })
  const mark = unicode ? '★' : '*'
  const all = [...front.map((row) => cells(row, mark)), ...[...dominated, ...incomplete].map((row) => cells(row, ''))]
  return textTable(columns, all, {
    ...{ width, unicode },
    style: (line, k) => (k < 0 ? bold(line) : k < front.length ? line : dim(line)),
  })
}

/** A number that was drawn has sixteen digits, of which nobody reads more than a few; one that was written keeps its own. */
function shortened(value: TableCell): TableCell {
  if (typeof value !== 'number') return value
  return String(value).length <= longestNumber ? String(value) : formatNumber(value)
}

/** The parameters have 0. */
function importanceOf(key: string, axes: readonly Axis[]): number {
  if (axes.some((axis) => axis.key === key)) return 3
  return expendable.indexOf(key) - expendable.length
}

function measure(key: string, value: number | null | undefined, se: number | null): TableCell {
  if (value == null) return null
  if (se !== null && !expendable.includes(key)) return formatMetricMean(key, value, se)
  if (key === 'epoch_seconds') return value < 0.1 ? formatNumber(Number(value.toPrecision(2))) : value.toFixed(2)
  return key === 'flops' || key === 'parameter_count' ? formatCount(value) : formatMetric(key, value)
}
